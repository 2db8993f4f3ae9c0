#include "training/card_link.h"

#include <chrono>
#include <limits>
#include <memory>
#include <thread>

#include "core/error.h"
#include "ops/card_overhead.h"

namespace sidestep {

namespace {

using nccl::Result;
using Clock = std::chrono::steady_clock;

constexpr int kLeaveMs = 10'000;
constexpr const char* kGoesOn = "The stage goes on from its newest saved state.";
constexpr int kNoLimit = std::numeric_limits<int>::max();  ///< a rank may have much to compute before it comes to a transfer

const nccl::Library& required() {
  if (const nccl::Library* found = nccl::library()) return *found;
  throw Error("train/link-failed", nccl::library_origin());
}

std::string words_of(const nccl::Library& nccl, Result result, nccl::Communicator communicator) {
  const char* text = nccl.text(result);
  const char* last = nccl.last_error(communicator);
  std::string words = text == nullptr ? "error " + std::to_string(static_cast<int>(result)) : text;
  if (last != nullptr && *last != '\0') words += std::string(": ") + last;
  return words;
}

}  // namespace

nccl::UniqueId CardLink::make_id() {
  const nccl::Library& nccl = required();
  nccl::UniqueId id{};
  const Result result = nccl.unique_id(&id);
  if (result != Result::success) throw Error("train/link-failed", "ncclGetUniqueId: " + words_of(nccl, result, nullptr));
  return id;
}

CardLink::CardLink(const Circle& circle, Stream& stream)
    : nccl_(required()),
      still_wanted_(circle.still_wanted),
      stream_(stream),
      queue_(stream.device(),
             std::make_shared<ThreadPool>(1)),  // which makes the card this thread's current one, as NCCL wants it
      allowed_(stream.device()),
      computed_(stream.device()),
      passed_(stream.device()) {
  nccl::Config config;
  config.most_channels = kLinkChannels;
  const auto& [rank, ranks] = circle.place;
  const Result result = nccl_.join(&communicator_, static_cast<int>(ranks), circle.id, static_cast<int>(rank), &config);
  try {
    if (result != Result::success && result != Result::in_progress) fail("ncclCommInitRankConfig", result);
    wait_for_call("ncclCommInitRankConfig", circle.patience_ms);
  } catch (...) {
    abort();
    throw;
  }
}

CardLink::~CardLink() { abort(); }

void CardLink::abort() noexcept {
  const std::lock_guard lock(mutex_);
  if (communicator_ != nullptr) static_cast<void>(nccl_.abort(communicator_));
  communicator_ = nullptr;
}

void CardLink::leave() {
  {
    const std::lock_guard lock(mutex_);
    if (communicator_ == nullptr) return;
    static_cast<void>(nccl_.finalize(communicator_));
  }
  try {
    wait_for_call("ncclCommFinalize", kLeaveMs);
  } catch (const Error&) {
    return abort();  // all is done: a rank that does not answer now has nothing left to send
  }
  const std::lock_guard lock(mutex_);
  if (communicator_ != nullptr) static_cast<void>(nccl_.destroy(communicator_));
  communicator_ = nullptr;
}

void CardLink::allow_receiving() { allowed_.record(stream_); }

void CardLink::send(const std::vector<Tensor>& tensors, int64_t to) {
  computed_.record(stream_);
  post(computed_, tensors, [&](const Tensor& t) {
    return nccl_.send(t.raw(), t.bytes(), nccl::DataType::uint8, static_cast<int>(to), communicator_, queue_.native_handle());
  });
}

void CardLink::receive(const std::vector<Tensor>& tensors, int64_t from) {
  post(allowed_, tensors, [&](const Tensor& t) {
    return nccl_.receive(t.raw(), t.bytes(), nccl::DataType::uint8, static_cast<int>(from), communicator_,
                         queue_.native_handle());
  });
  passed_.hold(stream_);
}

void CardLink::broadcast(const std::vector<Tensor>& tensors, int64_t root) {
  computed_.record(stream_);
  post(computed_, tensors, [&](const Tensor& t) {
    return nccl_.broadcast(t.raw(), t.raw(), t.bytes(), nccl::DataType::uint8, static_cast<int>(root), communicator_,
                           queue_.native_handle());
  });
  passed_.hold(stream_);
}

/// The tensors of a call go together.
void CardLink::post(const Event& after, const std::vector<Tensor>& tensors, const Calls& call) {
  after.hold(queue_);
  const Result result = begin(tensors, call);
  if (result != Result::success && result != Result::in_progress) fail("a transfer between cards", result);
  wait_for_call("a transfer between cards", kNoLimit);
  passed_.record(queue_);
}

nccl::Result CardLink::begin(const std::vector<Tensor>& tensors, const Calls& call) {
  const std::lock_guard lock(mutex_);
  if (communicator_ == nullptr) throw_gone();
  Result result = nccl_.group_start();
  for (const Tensor& t : tensors)
    if (const Result own = t.bytes() == 0 ? Result::success : call(t); own != Result::success && own != Result::in_progress)
      result = own;
  const Result ended = nccl_.group_end();  // whatever was in it: a group that stays open takes in all that comes
  return result == Result::success || result == Result::in_progress ? ended : result;
}

void CardLink::wait_for_call(const char* what, int patience_ms) {
  const auto until = Clock::now() + std::chrono::milliseconds(patience_ms);
  for (;;) {
    Result state = Result::success;
    {
      const std::lock_guard lock(mutex_);
      if (communicator_ == nullptr) throw_gone();
      const Result asked = nccl_.state(communicator_, &state);
      if (asked != Result::success) state = asked;
    }
    if (state == Result::success) return;
    if (state != Result::in_progress) fail(what, state);
    if (Clock::now() >= until)
      throw Error("train/link-failed",
                  std::string(what) + " has not come to an end within " + std::to_string(patience_ms / 1000) + " s");
    if (still_wanted_) still_wanted_();
    std::this_thread::sleep_for(std::chrono::microseconds(50));
  }
}

void CardLink::throw_gone() {
  if (still_wanted_) still_wanted_();  // who knows which rank it is
  throw Error("train/rank-lost", "Another rank of this training is gone", kGoesOn);
}

void CardLink::fail(const char* what, Result result) {
  std::string words;
  {
    const std::lock_guard lock(mutex_);
    words = words_of(nccl_, result, communicator_);
  }
  // Over a network the library sees a rank go by itself.
  if (result == Result::remote_error)
    throw Error("train/rank-lost", "A rank of this training is gone: NCCL says " + words, kGoesOn);
  throw Error(
      "train/link-failed", std::string(what) + ": NCCL says " + words,
      "Set SIDESTEP_NCCL to nothing and gradients go over TCP; NCCL_DEBUG=INFO makes it say more in the log of the stage.");
}

}  // namespace sidestep
