#include "simt/block.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <limits>
#include <string_view>

#include "simt/half.h"
#include "simt/symbols.h"

namespace sidestep::simt {

thread_local Lane* current = nullptr;
thread_local uint3 current_grid, current_block;
thread_local const void* current_kernel = nullptr;

namespace {

Thread& self() { return static_cast<Thread&>(*current); }
/// Who is made ready as number i of `count`.
int turn(int i, int count) { return settings().order == Order::reverse ? count - 1 - i : i; }
bool alike(const char* a, const char* b) { return a == b || std::string_view(a) == b; }
bool same(Site a, Site b) { return a.line == b.line && alike(a.file, b.file); }

void say_where() {
  std::fprintf(stderr, "simt: in %s", kernel_name(current_kernel).c_str());
  if (current != nullptr)
    std::fprintf(stderr, ", block (%u, %u, %u), thread (%u, %u, %u)", current->block.x, current->block.y, current->block.z,
                 current->thread.x, current->thread.y, current->thread.z);
  std::fprintf(stderr, "\n");
}

}  // namespace

bool left_out(Site site) {
  const std::string& skip = settings().skip;
  const size_t colon = skip.rfind(':');
  if (colon == std::string::npos || site.line != std::atoi(skip.c_str() + colon + 1)) return false;
  return std::string_view(site.file).ends_with("/" + skip.substr(0, colon));
}

void fault(const char* what) {
  std::fprintf(stderr, "simt: FAULT: %s\n", what);
  say_where();
  std::abort();
}

LaunchOrder& launch_order() {
  static LaunchOrder once;
  return once;
}

Block& Block::of_this_thread() {
  thread_local constinit Block* block = nullptr;  // read at every step of every thread: no guard
  if (block == nullptr) {
    thread_local const std::unique_ptr<Block> once = std::make_unique<Block>();
    block = once.get();
  }
  return *block;
}

uint32_t Block::roll(uint32_t sides) {  // splitmix64 (Steele et al. 2014)
  uint64_t z = random_ += 0x9e3779b97f4a7c15U;
  z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9U;
  z = (z ^ z >> 27) * 0x94d049bb133111ebU;
  return static_cast<uint32_t>((z ^ z >> 31) % sides);
}

void Block::thread_body() {
  Fiber::arrived(of_this_thread().host_);
  for (;;) {  // each round is one block's thread
    Block& block = of_this_thread();
    Thread& t = self();
    acquire(&launch_order().begin);
    (*block.body_)();
    release(&launch_order().end);
    block.end_thread(t);
  }
}

void Block::end_thread(Thread& t) {
  const bool left = std::any_of(t.groups.begin(), t.groups.end(), [](const auto& group) { return !group.empty(); });
  if (left || !t.uncommitted.empty()) fault("a thread ends with asynchronous copies that it never waited for");
  if (!warp_of(t).products.idle()) fault("a warp ends with products that it never waited for");
  t.groups.clear();
  t.state = State::done;
  --live_;
  if (live_ > 0 && waiting_ == live_) release_barrier();
  go_on(t);
}

void Block::make_ready(Thread& t) {
  t.state = State::ready;
  ready_[(first_ + standing_++) % kMostThreads] = &t;
}

Thread* Block::next() {
  if (standing_ == 0) return nullptr;
  const auto place = [this](unsigned i) -> Thread*& { return ready_[(first_ + i) % kMostThreads]; };
  --standing_;
  if (settings().order == Order::runaway) return place(standing_);
  if (settings().order == Order::random) std::swap(place(0), place(roll(standing_ + 1)));
  Thread* chosen = place(0);
  first_ = (first_ + 1) % kMostThreads;
  return chosen;
}

/// From the running thread to the next one, or back to the host when none is ready.
void Block::go_on(Thread& from) {
  Thread* to = next();
  current = to;
  Fiber::switch_to(from.fiber, to == nullptr ? host_ : to->fiber);
}

void Block::wait(State state, Site site) {
  Thread& t = self();
  t.state = state;
  t.site = site;
  go_on(t);
}

void Block::release_barrier() {
  result_ = value_;
  waiting_ = value_ = 0;
  ++barrier_.phase;
  for (int i = 0; i < count_; ++i)
    if (Thread& t = *threads_[static_cast<size_t>(turn(i, count_))]; t.state == State::at_barrier) make_ready(t);
}

int Block::barrier(int value, Site site) {
  void* order = barrier_.order();
  release(order);
  if (waiting_ == 0)
    barrier_.site = site;
  else if (!same(barrier_.site, site)) {
    std::fprintf(stderr, "simt: %s:%d meets %s:%d\n", site.file, site.line, barrier_.site.file, barrier_.site.line);
    fault("the threads of a block wait at different barriers");
  }
  value_ |= value != 0 ? 1 : 0;
  ++waiting_;
  if (waiting_ == live_)
    release_barrier();
  else
    wait(State::at_barrier, site);
  acquire(order);
  return result_;
}

Warp* Block::begin_meeting(uint32_t mask, Site site) {
  Thread& t = self();
  Warp& w = warp_of(t);
  if ((mask >> t.lane & 1) == 0) fault("a lane takes part in a warp's operation whose mask leaves it out");
  if (w.waiting == 0) {
    w.mask = mask;
    w.site = site;
  } else if (w.mask != mask || !same(w.site, site)) {
    std::fprintf(stderr, "simt: %s:%d meets %s:%d\n", site.file, site.line, w.site.file, w.site.line);
    fault("the lanes of a warp wait at different operations");
  }
  w.waiting |= 1U << t.lane;
  if (w.waiting == mask) return &w;
  wait(State::in_warp, site);
  return nullptr;
}

void Block::end_meeting(Warp& w) {
  const Thread& t = self();
  const uint32_t mask = w.mask;
  w.waiting = 0;
  ++w.phase;
  for (int i = 0; i < kWarp; ++i)
    if (const int lane = turn(i, kWarp); lane != t.lane && (mask >> lane & 1) != 0)
      make_ready(*threads_[static_cast<size_t>(t.warp * kWarp + lane)]);
}

void Block::sleep_on(const uint64_t* barrier, Site site) {
  self().phase_of = barrier;
  wait(State::at_phase, site);
}

void Block::wake(const uint64_t* barrier) {
  for (int i = 0; i < count_; ++i)
    if (Thread& t = *threads_[static_cast<size_t>(turn(i, count_))]; t.state == State::at_phase && t.phase_of == barrier)
      make_ready(t);
}

void Block::begin_threads(dim3 size, uint3 block) {
  count_ = live_ = static_cast<int>(size.x * size.y * size.z);
  const Unwatched books;
  waiting_ = value_ = 0;
  first_ = standing_ = 0;
  while (threads_.size() < static_cast<size_t>(count_)) threads_.push_back(std::make_unique<Thread>(&Block::thread_body));
  for (int i = 0; i < count_; ++i) {
    Thread& t = *threads_[static_cast<size_t>(i)];
    const auto n = static_cast<unsigned>(i);
    static_cast<Lane&>(t) = {{n % size.x, n / size.x % size.y, n / size.x / size.y}, block, i, i / kWarp, i % kWarp};
    warp_of(t).waiting = 0;
    if (t.lane == 0) warp_of(t).products.reset();
  }
  for (int i = 0; i < count_; ++i) make_ready(*threads_[static_cast<size_t>(turn(i, count_))]);
}

void Block::run(const Shape& shape, const std::function<void()>& thread, uint3 block, SharedMemory& memory, uint64_t random) {
  current_grid = {shape.grid.x, shape.grid.y, shape.grid.z};
  current_block = {shape.block.x, shape.block.y, shape.block.z};
  current_kernel = shape.kernel;
  body_ = &thread;
  memory_ = &memory;
  random_ = random;
  memory.begin_block();
  begin_threads(shape.block, block);
  host_.become_current_thread();
  Thread* first = next();
  current = first;
  Fiber::switch_to(host_, first->fiber);  // comes back when no thread is ready
  current = nullptr;
  if (live_ > 0) explain_deadlock();
  if (!boxes.empty()) fault("a block ends with copies of boxes that nobody waited for");
  memory.end_block();
}

void Block::explain_deadlock() {
  const auto at = [](State state) {
    return state == State::at_barrier ? "the barrier" : state == State::at_phase ? "an mbarrier" : "its warp's";
  };
  for (int i = 0; i < count_; ++i) {
    const Thread& t = *threads_[static_cast<size_t>(i)];
    if (t.state != State::done)
      std::fprintf(stderr, "simt: thread %d waits at %s %s:%d\n", i, at(t.state), t.site.file, t.site.line);
  }
  fault("no thread can go on");
}

const uint32_t* exchange(uint32_t mask, const uint32_t* given, int words, Site site) {
  Block& block = Block::of_this_thread();
  uint32_t(*slots)[kMostWords] = block.warp_of(self()).current_slots();
  for (int i = 0; i < words; ++i) slots[self().lane][i] = given[i];
  block.meet_warp(mask, site, [] {});
  return &slots[0][0];
}

void warp_barrier(uint32_t mask, Site site) {
  if (left_out(site)) return;
  Block& block = Block::of_this_thread();
  void* order = block.warp_of(self()).order();
  release(order);
  block.meet_warp(mask, site, [] {});
  acquire(order);
}

int block_barrier(int value, Site site) { return left_out(site) ? value : Block::of_this_thread().barrier(value, site); }

namespace {

float of_bf16(uint32_t bits) {
  const uint32_t word = bits << 16;
  float v;
  std::memcpy(&v, &word, 4);
  return v;
}
float of_f16(uint32_t bits) {
  const auto low = static_cast<uint16_t>(bits);
  Half v;
  std::memcpy(&v, &low, 2);
  return static_cast<float>(v);
}

/// What the tensor cores see of a register in TF32.
float of_tf32(uint32_t bits) {
  const uint32_t word = bits & ~0x1fffU;
  float v;
  std::memcpy(&v, &word, 4);
  return v;
}

using Slots = uint32_t (*)[kMostWords];

/// One product's operands, gathered from the lanes: a in words 0 to 3, b in 4 and 5, d in 6 to 9.
template <typename Element, int depth>
struct Fragments {
  Element left[16][depth], right[depth][8];

  /// "Matrix fragments for mma.m16n8k16" with 16-bit operands and for ".m16n8k32" with 8-bit ones: a register holds `each`
  /// elements along the sum, a lane's four neighbours in it being `each` further on; a2, a3 and b1 are the sum's second half.
  template <typename Widen>
  static Fragments packed(Slots slots, const Widen& widen) {
    constexpr int each = depth / 8, bits = 32 / each;
    Fragments f;
    for (int lane = 0; lane < kWarp; ++lane) {
      const int g = lane / 4, t = lane % 4;
      const uint32_t *a = slots[lane], *b = a + 4;
      const auto element = [&](uint32_t word, int i) { return widen(word >> (bits * i) & ((1U << bits) - 1)); };
      for (int i = 0; i < each; ++i)
        for (int high = 0; high < 2; ++high) {
          const int k = each * t + i + depth / 2 * high;
          for (int below = 0; below < 2; ++below) f.left[g + 8 * below][k] = element(a[below + 2 * high], i);
          f.right[k][g] = element(b[high], i);
        }
    }
    return f;
  }
  // "Matrix fragments for mma.m16n8k8" with TF32 operands: a0 is row g, column t; a1 eight rows below; a2, a3 four columns
  // further.
  static Fragments of_words(Slots slots) {
    Fragments f;
    for (int lane = 0; lane < kWarp; ++lane) {
      const int g = lane / 4, t = lane % 4;
      const uint32_t *a = slots[lane], *b = a + 4;
      for (int i = 0; i < 4; ++i) f.left[g + i % 2 * 8][t + i / 2 * 4] = of_tf32(a[i]);
      for (int i = 0; i < 2; ++i) f.right[t + i * 4][g] = of_tf32(b[i]);
    }
    return f;
  }
};

/// What tensor cores make of a byte. e4m3 after the OCP specification: bias 7, NaN alone beyond 448.
int32_t of_int8(uint32_t bits) { return static_cast<int8_t>(static_cast<uint8_t>(bits)); }
float of_e4m3(uint32_t bits) {
  const int exponent = static_cast<int>(bits >> 3 & 15U), significand = static_cast<int>(bits & 7U);
  if ((bits & 0x7fU) == 0x7fU) return std::numeric_limits<float>::quiet_NaN();
  const float magnitude = exponent == 0 ? std::ldexp(static_cast<float>(significand), -9)
                                        : std::ldexp(static_cast<float>(8 + significand), exponent - 10);
  return (bits & 0x80U) != 0 ? -magnitude : magnitude;
}

template <typename Element, int depth>
void multiply_fragments(Slots slots, const Fragments<Element, depth>& f) {
  Element sums[16][8];
  const auto place = [&](int lane, int i) -> Element* { return &sums[lane / 4 + i / 2 * 8][2 * (lane % 4) + i % 2]; };
  for (int lane = 0; lane < kWarp; ++lane)
    for (int i = 0; i < 4; ++i) std::memcpy(place(lane, i), &slots[lane][6 + i], 4);
  for (int m = 0; m < 16; ++m)
    for (int k = 0; k < depth; ++k)
      for (int n = 0; n < 8; ++n) sums[m][n] += f.left[m][k] * f.right[k][n];
  for (int lane = 0; lane < kWarp; ++lane)
    for (int i = 0; i < 4; ++i) std::memcpy(&slots[lane][6 + i], place(lane, i), 4);
}

void multiply_fragments(Slots slots, OperandType type) {
  switch (type) {
    case OperandType::bf16: return multiply_fragments(slots, Fragments<float, 16>::packed(slots, of_bf16));
    case OperandType::f16: return multiply_fragments(slots, Fragments<float, 16>::packed(slots, of_f16));
    case OperandType::tf32: return multiply_fragments(slots, Fragments<float, 8>::of_words(slots));
    case OperandType::int8: return multiply_fragments(slots, Fragments<int32_t, 32>::packed(slots, of_int8));
    case OperandType::e4m3: return multiply_fragments(slots, Fragments<float, 32>::packed(slots, of_e4m3));
  }
}

}  // namespace

void multiply_warp(void* d, const uint32_t* a, const uint32_t* b, OperandType type) {
  Block& block = Block::of_this_thread();
  uint32_t(*slots)[kMostWords] = block.warp_of(self()).current_slots();
  uint32_t* mine = slots[self().lane];
  std::memcpy(mine, a, 16);
  std::memcpy(mine + 4, b, 8);
  std::memcpy(mine + 6, d, 16);
  block.meet_warp(0xffffffffU, {"mma", 0}, [&] {  // the last lane computes for all
    multiply_fragments(slots, type);
  });
  std::memcpy(d, mine + 6, 16);
}

int new_shared_id() {
  static std::atomic<int> next{0};
  return next++;
}
void* shared_variable(int id, size_t bytes, size_t alignment) {
  return Block::of_this_thread().memory().variable(id, bytes, alignment);
}
unsigned char* dynamic_shared() { return Block::of_this_thread().memory().dynamic(); }
void check_dynamic_shared(const void* begin, size_t bytes, const char* instruction) {
  if (Block::of_this_thread().memory().holds(begin, bytes)) return;
  fault((std::string(instruction) + ": an address beyond the block's dynamic shared memory").c_str());
}

bool copies_at_once() {
  switch (settings().copies) {
    case Copies::eager: return true;
    case Copies::lazy: return false;
    case Copies::random: return Block::of_this_thread().roll(2) == 0;
  }
  return true;
}
void remember_copy(const AsyncCopy& copy) { self().uncommitted.push_back(copy); }
void commit_copies() {
  self().groups.push_back(std::move(self().uncommitted));
  self().uncommitted.clear();
}
bool take_due_copy(int pending, AsyncCopy& copy, Site site) {
  if (left_out(site)) return false;
  auto& groups = self().groups;
  while (static_cast<int>(groups.size()) > pending && groups.front().empty()) groups.erase(groups.begin());
  if (static_cast<int>(groups.size()) <= pending) return false;
  copy = groups.front().back();
  groups.front().pop_back();
  return true;
}

}  // namespace sidestep::simt
