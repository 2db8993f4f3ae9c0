// The machine notices what it is there for: kernels with one defect each, run in a child process, must end it with the right
// words, and the same kernels without the defect must compute.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <limits>
#include <string>
#include <vector>

#include "ops/device_cuda.cuh"
#include "ops/mma_cuda.cuh"
#include "simt/checks.cuh"
#include "simt/fiber.h"
#include "testing/registry.h"

namespace sidestep::cuda {

void fail(cudaError_t error, const char* call) { testing::fail(call, 0, cudaGetErrorName(error)); }

namespace {

constexpr int kBlock = 64;

struct Numbers {
  int of[kBlock];
};

enum class Barrier { there, missing };

template <Barrier barrier>
__global__ void rotate_kernel(int* out) {
  auto& numbers = shared<Numbers>().of;
  const int t = static_cast<int>(threadIdx.x);
  numbers[t] = t;
  if constexpr (barrier == Barrier::there) __syncthreads();
  out[blockIdx.x * kBlock + t] = numbers[(t + 1) % kBlock];
}

/// Threads in the order of their turns, behind how many there were: before a barrier, after it, after the warp's.
__global__ void turns_kernel(int* turns) {
  for (int round = 0; round < 3; ++round) {
    turns[++turns[0]] = round * kBlock + static_cast<int>(threadIdx.x);
    if (round == 0) __syncthreads();
    if (round == 1) __syncwarp();
  }
}

__global__ void two_barriers_kernel() {
  if (threadIdx.x % 2 == 0)
    __syncthreads();
  else
    __syncthreads();
}

__global__ void half_a_warp_kernel() {
  if (threadIdx.x % 32 < 16) __syncwarp();
}

__global__ void outside_the_mask_kernel() { __syncwarp(0xffffU); }

__global__ void beyond_a_variable_kernel() { shared<Numbers>().of[kBlock + static_cast<int>(threadIdx.x)] = 0; }

__global__ void beyond_memory_kernel(unsigned char* memory, int size) { memory[size] = 1; }

// What only sanitizers see: each reads, and nothing that the machine looks at afterwards is changed.
__global__ void read_variable_kernel(const int* index, int* out) {
  const int* numbers = shared<Numbers>().of;
  out[0] = numbers[*index];
}
__global__ void read_dynamic_kernel(const int* index, int* out) {
  out[0] = reinterpret_cast<const int*>(dynamic_shared())[*index];
}
__global__ void read_memory_kernel(const int* memory, const int* index, int* out) { out[0] = memory[*index]; }
__global__ void add_kernel(const int* a, const int* b, int* out) { out[0] = *a + *b; }

__global__ void copy_kernel(const float* from, float* before, float* after, int step) {
  auto* to = reinterpret_cast<float*>(dynamic_shared());
  const int t = static_cast<int>(threadIdx.x) * 4;
  to[t] = -1;
  ptx::cp_async_16(to + t + step, from + t, 16);
  ptx::cp_async_commit();
  before[t] = to[t];
  if (after == nullptr) return;
  ptx::cp_async_wait<0>();
  after[t] = to[t];
}

__global__ void beyond_dynamic_kernel() {
  uint32_t r[4];
  ptx::ldmatrix_x4(r, dynamic_shared() + 16 * threadIdx.x);
}

/// c [16, 8] = a [16, 16] b [16, 8], all row-major.
__global__ void product_kernel(const __nv_bfloat16* a, const __nv_bfloat16* b, float* c) {
  const SharedTile<__nv_bfloat16, 64> left{reinterpret_cast<__nv_bfloat16*>(dynamic_shared())}, right{left.at(16, 0)};
  for (int i = static_cast<int>(threadIdx.x); i < 16 * 16; i += 32) {
    *left.at(i / 16, i % 16) = a[i];
    *right.at(i / 16, i % 16) = i % 16 < 8 ? b[i / 16 * 8 + i % 16] : __nv_bfloat16(0.F);
  }
  __syncwarp();
  uint32_t fragment[4], columns[4];
  left.load_a(fragment, 0, 0);
  right.load_b(columns, 0, 0);
  float sums[4] = {};
  mma<__nv_bfloat16>(sums, fragment, columns[0], columns[1]);
  const int g = static_cast<int>(threadIdx.x) / 4, t = static_cast<int>(threadIdx.x) % 4;
  for (int i = 0; i < 4; ++i) c[(g + i / 2 * 8) * 8 + 2 * t + i % 2] = sums[i];
}

/// c [16, 8] = a [16, 8] b [8, 8], all row-major, in TF32.
__global__ void tf32_product_kernel(const float* a, const float* b, float* c) {
  const int g = static_cast<int>(threadIdx.x) / 4, t = static_cast<int>(threadIdx.x) % 4;
  const auto left = [&](int row, int column) { return ptx::to_tf32(a[row * 8 + column]); };
  const uint32_t fragment[4] = {left(g, t), left(g + 8, t), left(g, t + 4), left(g + 8, t + 4)};
  float sums[4] = {};
  ptx::mma_m16n8k8_tf32(sums, fragment, ptx::to_tf32(b[t * 8 + g]), ptx::to_tf32(b[(t + 4) * 8 + g]));
  for (int i = 0; i < 4; ++i) c[(g + i / 2 * 8) * 8 + 2 * t + i % 2] = sums[i];
}

/// `bytes` of sixteen, and four of the next, into memory that held ones.
__global__ void partial_copy_kernel(const uint32_t* from, uint32_t* to, int bytes) {
  auto* const memory = reinterpret_cast<uint32_t*>(dynamic_shared());
  for (int i = 0; i < 8; ++i) memory[i] = 0xffffffffU;
  ptx::cp_async_16(memory, from, bytes);
  ptx::cp_async_4(memory + 5, from + 4, 4);
  ptx::cp_async_4(memory + 6, from, 0);
  ptx::cp_async_commit();
  ptx::cp_async_wait<0>();
  for (int i = 0; i < 8; ++i) to[i] = memory[i];
}

/// to = the transpose of from, both 8 x 8.
__global__ void transpose_kernel(const uint32_t* from, uint32_t* to) { to[threadIdx.x] = ptx::transposed(from[threadIdx.x]); }

/// What a block writes in a chosen order of threads.
template <Barrier barrier>
std::vector<int> rotated(const char* order) {
  ::setenv("SIDESTEP_SIMT_ORDER", order, 1);
  constexpr int kBlocks = 100;  // more than are worth one host thread
  int* out = device_memory<int>(kBlocks * kBlock);
  launch(rotate_kernel<barrier>, kBlocks, kBlock, 0, new_queue())(out);
  check(cudaDeviceSynchronize(), "cudaDeviceSynchronize");
  return {out, out + kBlocks * kBlock};
}

TEST("simt: a barrier makes neighbours' numbers seen in every order, and without it some are not, in every block") {
  for (const char* order : {"forward", "reverse", "random", "runaway"}) {
    expect_silence(last_words_of([&] {
      const std::vector<int> found = rotated<Barrier::there>(order);
      for (size_t i = 0; i < found.size(); ++i)
        if (found[i] != static_cast<int>((i + 1) % kBlock)) std::_Exit(1);
    }));
    expect_silence(last_words_of([&] {
      const std::vector<int> found = rotated<Barrier::missing>(order);
      for (size_t block = 0; block < found.size() / kBlock; ++block) {
        int wrong = 0;
        for (size_t t = 0; t < kBlock; ++t) wrong += found[block * kBlock + t] != static_cast<int>((t + 1) % kBlock) ? 1 : 0;
        if (wrong == 0) std::_Exit(1);
      }
    }));
  }
}

/// Turns of a block's threads in a chosen order.
struct Turns {
  explicit Turns(const char* order) {
    ::setenv("SIDESTEP_SIMT_ORDER", order, 1);  // before the first call, which reads it
    of = device_memory<int>(1 + 3 * kBlock);
    of[0] = 0;
    launch(turns_kernel, 1, kBlock, 0, new_queue())(of);
    check(cudaDeviceSynchronize(), "cudaDeviceSynchronize");
  }
  /// Whether thread a has its turn of that round before thread b that of the other.
  bool before(int round, int a, int other_round, int b) const {
    const int *begin = of + 1, *end = begin + 3 * kBlock;
    return std::find(begin, end, round * kBlock + a) < std::find(begin, end, other_round * kBlock + b);
  }
  int* of = nullptr;
};

TEST("simt: orders of threads are those of their names; a warp that runs away is at its end before the other goes on") {
  expect_silence(last_words_of([] {
    const Turns turns("forward");
    std::_Exit(turns.before(0, 0, 0, 63) && turns.before(1, 0, 1, 62) && turns.before(1, 62, 2, 0) ? 0 : 1);
  }));
  expect_silence(last_words_of([] {
    const Turns turns("reverse");
    std::_Exit(turns.before(0, 63, 0, 0) && turns.before(1, 63, 1, 1) && turns.before(1, 1, 2, 63) ? 0 : 1);
  }));
  expect_silence(last_words_of([] {
    const Turns turns("runaway");
    std::_Exit(turns.before(1, 63, 1, 1) && turns.before(2, 33, 1, 31) ? 0 : 1);
  }));
}

TEST("simt: threads that wait at different places, or for who never comes, are named") {
  expect_words(last_words_of([] { launch(two_barriers_kernel, 1, kBlock, 0, new_queue())(); }), "wait at different barriers");
  expect_words(last_words_of([] { launch(half_a_warp_kernel, 1, kBlock, 0, new_queue())(); }), "no thread can go on");
  expect_words(last_words_of([] { launch(outside_the_mask_kernel, 1, kBlock, 0, new_queue())(); }), "whose mask leaves it out");
}

TEST("simt: what lies beyond shared variables, dynamic shared memory and allocations is not written unseen") {
  if (!simt::with_address_sanitizer()) {  // which says so itself, and in its own words
    expect_words(last_words_of([] { launch(beyond_a_variable_kernel, 1, 1, 0, new_queue())(); }),
                 "beyond one of its shared variables");
    expect_words(last_words_of([] {
                   unsigned char* memory = device_memory<unsigned char>(100);
                   launch(beyond_memory_kernel, 1, 1, 0, new_queue())(memory, 100);
                   check(cudaFree(memory), "cudaFree");
                 }),
                 "beyond an allocation");
  }
  EXPECT(last_words_of([] { launch(beyond_memory_kernel, 1, 1, 0, new_queue())(device_memory<unsigned char>(100), 256); }) != "");
  expect_words(last_words_of([] { launch(beyond_dynamic_kernel, 1, 32, 31 * 16, new_queue())(); }),
               "beyond the block's dynamic shared memory");
}

bool built_with(const char* sanitizer) { return std::string(SIDESTEP_SIMT_SANITIZE).find(sanitizer) != std::string::npos; }

int* device_number(int value) {
  int* number = device_memory<int>(1);
  *number = value;
  return number;
}

TEST("simt: the address sanitizer, in builds with it, ends reads of one element too many and of what was freed") {
  constexpr int kCount = 25;
  const auto variable = [](int index) {
    launch(read_variable_kernel, 1, 1, 0, new_queue())(device_number(index), device_memory<int>(1));
  };
  const auto dynamic = [](int index) {
    launch(read_dynamic_kernel, 1, 1, kCount * sizeof(int), new_queue())(device_number(index), device_memory<int>(1));
  };
  const auto memory = [](int index) {
    launch(read_memory_kernel, 1, 1, 0, new_queue())(device_memory<int>(kCount), device_number(index), device_memory<int>(1));
  };
  const auto freed = [] {
    int *numbers = device_memory<int>(kCount), *index = device_number(0), *out = device_memory<int>(1);
    check(cudaFree(numbers), "cudaFree");
    launch(read_memory_kernel, 1, 1, 0, new_queue())(numbers, index, out);
  };
  expect_silence(last_words_of([&] { variable(kBlock - 1), dynamic(kCount - 1), memory(kCount - 1); }));
  if (!built_with("address")) return;
  expect_words(last_words_of([&] { variable(kBlock); }), "AddressSanitizer: use-after-poison");
  expect_words(last_words_of([&] { dynamic(kCount); }), "AddressSanitizer: use-after-poison");
  expect_words(last_words_of([&] { memory(kCount); }), "AddressSanitizer: heap-buffer-overflow");
  expect_words(last_words_of(freed), "AddressSanitizer: heap-use-after-free");
}

TEST("simt: the sanitizer of undefined behaviour, in builds with it, ends a sum that its type does not hold") {
  const auto sum = [](int a, int b) {
    launch(add_kernel, 1, 1, 0, new_queue())(device_number(a), device_number(b), device_memory<int>(1));
  };
  constexpr int kMost = std::numeric_limits<int>::max();
  expect_silence(last_words_of([&] { sum(kMost, 0); }));
  if (built_with("undefined")) expect_words(last_words_of([&] { sum(kMost, 1); }), "signed integer overflow");
}

/// 0, or the number of the first wrong value, for the copy kernel when copies are made at `time`.
int wrong_copies(const char* time) {
  ::setenv("SIDESTEP_SIMT_COPIES", time, 1);
  float *from = device_memory<float>(128), *before = device_memory<float>(128), *after = device_memory<float>(128);
  for (int i = 0; i < 128; ++i) from[i] = static_cast<float>(i);
  launch(copy_kernel, 1, 32, 128 * sizeof(float), new_queue())(from, before, after, 0);
  const bool lazy = std::string(time) == "lazy";
  for (int i = 0; i < 128; i += 4)
    if (before[i] != (lazy ? -1 : from[i]) || after[i] != from[i]) return i + 1;
  return 0;
}

TEST("simt: asynchronous copies arrive when they are waited for, before that as the setting says; none may be left") {
  for (const char* time : {"eager", "lazy"}) expect_silence(last_words_of([&] { std::_Exit(wrong_copies(time)); }));
  const auto launch_copy = [](int step, float* after) {
    ::setenv("SIDESTEP_SIMT_COPIES", "lazy", 1);
    launch(copy_kernel, 1, 16, 1024, new_queue())(device_memory<float>(64), device_memory<float>(64), after, step);
  };
  expect_words(last_words_of([&] { launch_copy(0, nullptr); }), "never waited for");
  expect_words(last_words_of([&] { launch_copy(1, nullptr); }), "not a multiple of 16");
}

TEST("simt: fragments of mma and ldmatrix make a product") {
  expect_silence(last_words_of([] {
    auto *a = device_memory<__nv_bfloat16>(256), *b = device_memory<__nv_bfloat16>(128);
    float* c = device_memory<float>(128);
    for (int i = 0; i < 256; ++i) a[i] = static_cast<float>(i % 23 - 11);
    for (int i = 0; i < 128; ++i) b[i] = static_cast<float>(i % 17 - 8);
    launch(product_kernel, 1, 32, SharedTile<__nv_bfloat16, 64>::bytes(32), new_queue())(a, b, c);
    for (int m = 0; m < 16; ++m)
      for (int n = 0; n < 8; ++n) {
        float sum = 0;
        for (int k = 0; k < 16; ++k) sum += static_cast<float>(a[m * 16 + k]) * static_cast<float>(b[k * 8 + n]);
        if (c[m * 8 + n] != sum) std::_Exit(1);
      }
  }));
}

TEST("simt: TF32 fragments make a product of numbers of eleven bits") {
  expect_silence(last_words_of([] {
    float *a = device_memory<float>(128), *b = device_memory<float>(64), *c = device_memory<float>(128);
    for (int i = 0; i < 128; ++i) a[i] = static_cast<float>(i % 23 - 11);
    for (int i = 0; i < 64; ++i) b[i] = static_cast<float>(i % 17 - 8);
    a[0] = 1 + 0x1.8p-11F;  // rounds up to the eleven bits of 1 + 2^-10
    launch(tf32_product_kernel, 1, 32, 0, new_queue())(a, b, c);
    check(cudaDeviceSynchronize(), "cudaDeviceSynchronize");
    a[0] = 1 + 0x1p-10F;
    for (int m = 0; m < 16; ++m)
      for (int n = 0; n < 8; ++n) {
        float sum = 0;
        for (int k = 0; k < 8; ++k) sum += a[m * 8 + k] * b[k * 8 + n];
        if (c[m * 8 + n] != sum) std::_Exit(1);
      }
  }));
}

TEST("simt: an asynchronous copy of fewer bytes reads no more and fills up with zeros") {
  for (const char* time : {"eager", "lazy"})
    expect_silence(last_words_of([&] {
      ::setenv("SIDESTEP_SIMT_COPIES", time, 1);
      auto *from = device_memory<uint32_t>(5), *to = device_memory<uint32_t>(8);
      for (uint32_t i = 0; i < 5; ++i) from[i] = 0x01010101U * (i + 1);
      launch(partial_copy_kernel, 1, 1, 32, new_queue())(from, to, 6);
      check(cudaDeviceSynchronize(), "cudaDeviceSynchronize");
      const uint32_t expected[8] = {0x01010101U, 0x0202U, 0, 0, 0xffffffffU, 0x05050505U, 0, 0xffffffffU};
      for (int i = 0; i < 8; ++i)
        if (to[i] != expected[i]) std::_Exit(1);
    }));
}

TEST("simt: movmatrix transposes") {
  expect_silence(last_words_of([] {
    auto *from = device_memory<uint32_t>(32), *to = device_memory<uint32_t>(32);
    for (uint32_t i = 0; i < 32; ++i) from[i] = 2 * i | (2 * i + 1) << 16;
    launch(transpose_kernel, 1, 32, 0, new_queue())(from, to);
    check(cudaDeviceSynchronize(), "cudaDeviceSynchronize");
    for (uint32_t row = 0; row < 8; ++row)
      for (uint32_t column = 0; column < 8; ++column)
        if ((to[row * 4 + column / 2] >> column % 2 * 16 & 0xffffU) != column * 8 + row) std::_Exit(1);
  }));
}

TEST("simt: launches that no card takes are refused, as is a queue of another card") {
  expect_silence(last_words_of([] {
    cudaStream_t queue = new_queue();
    const auto refused = [&](dim3 grid, dim3 block, size_t bytes) {
      launch(half_a_warp_kernel, grid, block, bytes, queue)();
      return cudaGetLastError() == cudaErrorInvalidConfiguration;
    };
    bool good = refused(1, 1025, 0) && refused(dim3(1, 65536), 1, 0) && refused(0, 1, 0) && refused(1, 1, (48 << 10) + 1);
    good = good &&
           cudaFuncSetAttribute(half_a_warp_kernel, cudaFuncAttributeMaxDynamicSharedMemorySize, 101377) == cudaErrorInvalidValue;
    cudaGetLastError();
    cudaSetDevice(1);
    launch(half_a_warp_kernel, 1, 1, 0, queue)();
    good = good && cudaGetLastError() == cudaErrorInvalidResourceHandle;
    std::_Exit(good ? 0 : 1);
  }));
}

}  // namespace
}  // namespace sidestep::cuda

int main() {
  int failed = 0;
  for (const sidestep::testing::Test& test : sidestep::testing::registered_tests()) {
    std::string problem;
    try {
      test.body();
    } catch (const sidestep::Error& error) {
      problem = error.message();
      ++failed;
    }
    std::printf("%s %s\n%s%s", problem.empty() ? "ok  " : "FAIL", test.name.c_str(), problem.c_str(),
                problem.empty() ? "" : "\n");
    std::fflush(stdout);
  }
  return failed == 0 ? 0 : 1;
}
