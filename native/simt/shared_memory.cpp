#include "simt/shared_memory.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <new>

#include "simt/fiber.h"
#include "simt/thread.h"

namespace sidestep::simt {
namespace {

constexpr size_t kGap = 64, kStaticBytes = 2 * kMostStaticShared;
constexpr unsigned char kUnwritten = 0xff;

unsigned char* aligned_bytes(size_t bytes) {
  void* memory = nullptr;
  if (::posix_memalign(&memory, 128, bytes) != 0) throw std::bad_alloc();
  std::memset(memory, kUnwritten, bytes);
  return static_cast<unsigned char*>(memory);
}

}  // namespace

SharedMemory::SharedMemory(size_t dynamic_bytes)
    : statics_(aligned_bytes(kStaticBytes)), dynamic_(aligned_bytes(dynamic_bytes + kGap)), dynamic_bytes_(dynamic_bytes) {
  poison(statics_, kStaticBytes);
  poison(dynamic_ + dynamic_bytes_, kGap);
}

SharedMemory::~SharedMemory() {
  unpoison(statics_, kStaticBytes);
  unpoison(dynamic_, dynamic_bytes_ + kGap);
  std::free(statics_);
  std::free(dynamic_);
}

void SharedMemory::begin_block() {
  if (with_thread_sanitizer()) return;  // each block has its own memory then, fresh from the constructor
  for (const Variable& v : variables_)  // not what lies between: that is poisoned, and still as it was
    if (v.begin != nullptr) std::memset(v.begin, kUnwritten, v.bytes);
  std::memset(dynamic_, kUnwritten, dynamic_bytes_);
}

void SharedMemory::check_gap(const unsigned char* begin) const {
  if (!std::all_of(begin, begin + kGap, [](unsigned char byte) { return byte == kUnwritten; }))
    fault("a block wrote beyond one of its shared variables");
}

void SharedMemory::end_block() {
  for (const Variable& v : variables_)
    if (v.begin != nullptr) check_gap(v.begin + v.bytes);
  check_gap(dynamic_ + dynamic_bytes_);
}

void* SharedMemory::variable(int id, size_t bytes, size_t alignment) {
  const auto index = static_cast<size_t>(id);
  if (index >= variables_.size()) variables_.resize(index + 1);
  Variable& v = variables_[index];
  if (v.begin != nullptr) return v.begin;
  asked_ += bytes;
  used_ = (used_ + alignment - 1) / alignment * alignment;
  if (asked_ > kMostStaticShared || used_ + bytes + kGap > kStaticBytes) fault("more than 48 KB of static shared memory");
  v = {statics_ + used_, bytes};
  used_ += bytes + kGap;
  unpoison(v.begin, bytes);
  return v.begin;
}

bool SharedMemory::holds(const void* begin, size_t bytes) const {
  const auto* p = static_cast<const unsigned char*>(begin);
  return p >= dynamic_ && p + bytes <= dynamic_ + dynamic_bytes_;
}

}  // namespace sidestep::simt
