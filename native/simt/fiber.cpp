#include "simt/fiber.h"

#include <sys/mman.h>

#include <cstdint>
#include <new>

extern "C" {
// Where the program has sanitizers.
__attribute__((weak)) void __sanitizer_start_switch_fiber(void**, const void*, size_t);
__attribute__((weak)) void __sanitizer_finish_switch_fiber(void*, const void**, size_t*);
__attribute__((weak)) void __asan_poison_memory_region(const volatile void*, size_t);
__attribute__((weak)) void __asan_unpoison_memory_region(const volatile void*, size_t);
__attribute__((weak)) void* __tsan_get_current_fiber();
__attribute__((weak)) void* __tsan_create_fiber(unsigned);
__attribute__((weak)) void __tsan_destroy_fiber(void*);
__attribute__((weak)) void __tsan_switch_to_fiber(void*, unsigned);
__attribute__((weak)) void __tsan_acquire(void*);
__attribute__((weak)) void __tsan_release(void*);
__attribute__((weak)) void __tsan_ignore_thread_begin();
__attribute__((weak)) void __tsan_ignore_thread_end();

/// Callee-saved registers go onto the old stack and its pointer to `save`; the same come from the stack at `load`.
void sidestep_simt_switch(void** save, void* load);
}

#if defined(__x86_64__)  // System V
asm(R"(
.text
.globl sidestep_simt_switch
.hidden sidestep_simt_switch
.type sidestep_simt_switch,@function
sidestep_simt_switch:
  pushq %rbp
  pushq %rbx
  pushq %r12
  pushq %r13
  pushq %r14
  pushq %r15
  movq %rsp, (%rdi)
  movq %rsi, %rsp
  popq %r15
  popq %r14
  popq %r13
  popq %r12
  popq %rbx
  popq %rbp
  ret
.size sidestep_simt_switch,.-sidestep_simt_switch
)");
#elif defined(__aarch64__)  // AAPCS64: x19 to x30 and the lower halves of v8 to v15
asm(R"(
.text
.globl sidestep_simt_switch
.hidden sidestep_simt_switch
.type sidestep_simt_switch,%function
sidestep_simt_switch:
  sub sp, sp, #160
  stp x19, x20, [sp, #0]
  stp x21, x22, [sp, #16]
  stp x23, x24, [sp, #32]
  stp x25, x26, [sp, #48]
  stp x27, x28, [sp, #64]
  stp x29, x30, [sp, #80]
  stp d8, d9, [sp, #96]
  stp d10, d11, [sp, #112]
  stp d12, d13, [sp, #128]
  stp d14, d15, [sp, #144]
  mov x9, sp
  str x9, [x0]
  mov sp, x1
  ldp x19, x20, [sp, #0]
  ldp x21, x22, [sp, #16]
  ldp x23, x24, [sp, #32]
  ldp x25, x26, [sp, #48]
  ldp x27, x28, [sp, #64]
  ldp x29, x30, [sp, #80]
  ldp d8, d9, [sp, #96]
  ldp d10, d11, [sp, #112]
  ldp d12, d13, [sp, #128]
  ldp d14, d15, [sp, #144]
  add sp, sp, #160
  ret
.size sidestep_simt_switch,.-sidestep_simt_switch
)");
#else
#error "The SIMT machine knows the calling conventions of x86-64 and aarch64"
#endif

namespace sidestep::simt {
namespace {

constexpr size_t kStackBytes = size_t{256} << 10;  // pages are taken as they are touched

/// What sidestep_simt_switch finds on a stack that has not run yet: registers, and `entry` as the place to return to.
void* first_frame(std::byte* stack, void (*entry)()) {
#if defined(__x86_64__)
  auto** top = reinterpret_cast<void**>(stack + kStackBytes) - 2;  // as after a call: 16 bytes and a return address
  *top = reinterpret_cast<void*>(entry);
  return top - 6;
#else
  auto** frame = reinterpret_cast<void**>(stack + kStackBytes - 160);
  frame[11] = reinterpret_cast<void*>(entry);  // x30
  return frame;
#endif
}

}  // namespace

Fiber::Fiber(void (*entry)()) : stack_bytes_(kStackBytes), owns_stack_(true) {
  void* pages = ::mmap(nullptr, kStackBytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (pages == MAP_FAILED) throw std::bad_alloc();
  stack_ = static_cast<std::byte*>(pages);
  stack_pointer_ = first_frame(stack_, entry);
  if (with_thread_sanitizer()) thread_ = __tsan_create_fiber(0);
}

Fiber::~Fiber() {
  if (!owns_stack_) return;
  if (thread_ != nullptr) __tsan_destroy_fiber(thread_);
  ::munmap(stack_, kStackBytes);
}

void Fiber::become_current_thread() {
  if (with_thread_sanitizer()) thread_ = __tsan_get_current_fiber();
}

void Fiber::switch_to(Fiber& from, Fiber& to) {
  if (with_thread_sanitizer()) __tsan_switch_to_fiber(to.thread_, 1);  // 1: a switch alone orders nothing
  if (__sanitizer_start_switch_fiber != nullptr) __sanitizer_start_switch_fiber(&from.fake_stack_, to.stack_, to.stack_bytes_);
  sidestep_simt_switch(&from.stack_pointer_, to.stack_pointer_);
  if (__sanitizer_finish_switch_fiber != nullptr) __sanitizer_finish_switch_fiber(from.fake_stack_, nullptr, nullptr);
}

void Fiber::arrived(Fiber& host) {
  if (__sanitizer_finish_switch_fiber == nullptr) return;
  const void* bottom = nullptr;
  size_t bytes = 0;
  __sanitizer_finish_switch_fiber(nullptr, &bottom, &bytes);
  if (host.stack_ != nullptr) return;
  host.stack_ = static_cast<std::byte*>(const_cast<void*>(bottom));
  host.stack_bytes_ = bytes;
}

Unwatched::Unwatched() {
  if (with_thread_sanitizer()) __tsan_ignore_thread_begin();
}
Unwatched::~Unwatched() {
  if (with_thread_sanitizer()) __tsan_ignore_thread_end();
}
bool with_thread_sanitizer() { return __tsan_create_fiber != nullptr; }
bool with_address_sanitizer() { return __asan_poison_memory_region != nullptr; }
void acquire(void* what) {
  if (with_thread_sanitizer()) __tsan_acquire(what);
}
void release(void* what) {
  if (with_thread_sanitizer()) __tsan_release(what);
}
void poison(const void* begin, size_t bytes) {
  if (with_address_sanitizer()) __asan_poison_memory_region(begin, bytes);
}
void unpoison(const void* begin, size_t bytes) {
  if (with_address_sanitizer()) __asan_unpoison_memory_region(begin, bytes);
}

}  // namespace sidestep::simt
