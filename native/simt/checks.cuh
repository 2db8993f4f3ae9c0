#pragma once
// What the checks of the machine share: kernels run in a child process, which a defect ends.
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <string>

#include "ops/cuda_check.cuh"
#include "testing/test.h"

namespace sidestep::cuda {

/// What a child process said on its way out; empty when it ended well.
template <typename Body>
std::string last_words_of(const Body& body) {
  int ends[2];
  if (::pipe(ends) != 0) testing::fail(__FILE__, __LINE__, "no pipe");
  const pid_t child = ::fork();
  if (child == 0) {
    ::dup2(ends[1], 2);
    ::close(ends[0]);
    body();
    std::_Exit(0);
  }
  ::close(ends[1]);
  std::string words;
  char part[512];
  for (ssize_t n = ::read(ends[0], part, sizeof(part)); n > 0; n = ::read(ends[0], part, sizeof(part)))
    words.append(part, static_cast<size_t>(n));
  ::close(ends[0]);
  int status = 0;
  ::waitpid(child, &status, 0);
  return status == 0 ? "" : words.empty() ? "it ended without a word" : words;
}

inline void expect_words(const std::string& words, const char* expected) {
  if (words.find(expected) == std::string::npos)
    testing::fail(__FILE__, __LINE__, std::string("expected \"") + expected + "\", found \"" + words + "\"");
}

/// Of what last_words_of() returned.
inline void expect_silence(const std::string& words, const char* file = __builtin_FILE(), int line = __builtin_LINE()) {
  if (!words.empty()) testing::fail(file, line, "expected an end without a word, found \"" + words + "\"");
}

inline cudaStream_t new_queue() {
  cudaStream_t queue = nullptr;
  check(cudaStreamCreate(&queue), "cudaStreamCreate");
  return queue;
}

template <typename T>
T* device_memory(size_t count) {
  void* memory = nullptr;
  check(cudaMalloc(&memory, count * sizeof(T)), "cudaMalloc");
  return static_cast<T*>(memory);
}

}  // namespace sidestep::cuda
