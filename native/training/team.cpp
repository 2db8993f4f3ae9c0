#include "training/team.h"

#include <cmath>
#include <cstring>
#include <utility>

#include "core/error.h"
#include "core/json.h"

namespace sidestep {

namespace {

Bytes bytes_of(const std::string& text) {
  const auto* first = reinterpret_cast<const std::byte*>(text.data());
  return {first, first + text.size()};
}

std::string text_of(const Bytes& bytes) { return {reinterpret_cast<const char*>(bytes.data()), bytes.size()}; }

/// Numbers travel as they lie in memory: JSON has no infinities, and a loss may be one.
template <typename T>
void put(Bytes& bytes, const std::vector<T>& values) {
  const auto count = static_cast<uint64_t>(values.size());
  const auto* size = reinterpret_cast<const std::byte*>(&count);
  const auto* first = reinterpret_cast<const std::byte*>(values.data());
  bytes.insert(bytes.end(), size, size + sizeof count);
  bytes.insert(bytes.end(), first, first + values.size() * sizeof(T));
}

/// Takes what `put` put, in the same order.
struct Reader {
  const Bytes& bytes;
  size_t at = 0;

  template <typename T>
  std::vector<T> take() {
    uint64_t count = 0;
    copy_to(&count, sizeof count);
    std::vector<T> values(count);
    copy_to(values.data(), count * sizeof(T));
    return values;
  }

 private:
  void copy_to(void* to, size_t size) {
    if (size > bytes.size() - at)
      throw Error("train/ranks-differ", "Another rank of this training speaks of something else",
                  "All ranks of a training need the same version of sidestep.");
    if (size > 0) std::memcpy(to, bytes.data() + at, size);
    at += size;
  }
};

Bytes bytes_of(const MicroOutcome& outcome) {
  Bytes bytes;
  put(bytes, std::vector<double>{outcome.loss});
  put(bytes, outcome.sample_losses);
  put(bytes, outcome.timesteps);
  put(bytes, std::vector<uint64_t>{outcome.sample_names.size()});
  for (const std::string& name : outcome.sample_names) put(bytes, std::vector<char>(name.begin(), name.end()));
  return bytes;
}

MicroOutcome outcome_of(const Bytes& bytes) {
  Reader reader{bytes};
  MicroOutcome outcome;
  outcome.loss = reader.take<double>().at(0);
  outcome.sample_losses = reader.take<double>();
  outcome.timesteps = reader.take<float>();
  const uint64_t names = reader.take<uint64_t>().at(0);
  for (uint64_t i = 0; i < names; ++i) {
    const std::vector<char> name = reader.take<char>();
    outcome.sample_names.emplace_back(name.begin(), name.end());
  }
  return outcome;
}

}  // namespace

Team::Team(std::shared_ptr<Ring> ring, AdapterSet& adapters, Stream& stream)
    : ring_(std::move(ring)), adapters_(adapters), stream_(stream), relay_(adapters, ring_route(adapters, *ring_, stream)) {}

Team::~Team() { ring_->when_lost({}); }  // the link is about to go

FrameKey Team::key(FrameKey::Kind kind, int64_t micro, uint64_t item) const {
  return {.kind = kind, .micro = static_cast<uint32_t>(micro), .item = item, .serial = serial_};
}

void Team::compare(const std::string& identity) {
  ring_->send_all(key(FrameKey::Kind::identity, place().rank), bytes_of(identity));
  for (int64_t rank = 0; rank < place().ranks; ++rank) {
    if (rank == place().rank) continue;
    const std::string other = text_of(*ring_->receive(key(FrameKey::Kind::identity, rank), stream_));
    if (other == identity) continue;
    throw Error(
        "train/ranks-differ",
        "Rank " + std::to_string(rank) + " of this training is not like rank " + std::to_string(place().rank) + ": it says " +
            other + ", this one " + identity,
        "All ranks of a training need the same version of sidestep, the same files, and processors or cards that compute alike.");
  }
}

void Team::send_command(Command command) {
  ++serial_;
  ring_->send_all(key(FrameKey::Kind::command, 0), {static_cast<std::byte>(command)});
}

Team::Command Team::receive_command() {
  ++serial_;
  return static_cast<Command>(ring_->receive(key(FrameKey::Kind::command, 0), stream_)->at(0));
}

void Team::begin_micro(int64_t micro, int64_t micros) {
  relay_.begin({.serial = serial_,
                .micro = static_cast<uint32_t>(micro),
                .onward = micro + 1 == micros ? GradientRoute::Onward::all : GradientRoute::Onward::next});
}

void Team::send_outcome(int64_t micro, const MicroOutcome& outcome) {
  ring_->send_all(key(FrameKey::Kind::outcome, micro), bytes_of(outcome));
  own_[micro] = outcome;
}

void Team::send_diagnosis(int64_t micro, const std::string& diagnosis) {
  ring_->send_all(key(FrameKey::Kind::diagnosis, micro), bytes_of(diagnosis));
  own_.at(micro).diagnosis = diagnosis;
}

MicroOutcome Team::receive_outcome() {
  const int64_t micro = next_outcome_++;
  if (is_own(micro)) return std::move(own_.extract(micro).mapped());
  MicroOutcome outcome = outcome_of(*ring_->receive(key(FrameKey::Kind::outcome, micro), stream_));
  if (!std::isfinite(outcome.loss)) outcome.diagnosis = text_of(*ring_->receive(key(FrameKey::Kind::diagnosis, micro), stream_));
  return outcome;
}

void Team::receive_sum(int64_t micros) {
  if (!is_own(micros - 1)) relay_.receive_sum(serial_, static_cast<uint32_t>(micros - 1));
}

void Team::share(std::vector<double>& values) {
  Bytes own;
  put(own, values);
  ring_->send_all(key(FrameKey::Kind::validation, place().rank), std::move(own));
  for (int64_t rank = 0; rank < place().ranks; ++rank) {
    if (rank == place().rank) continue;
    const SharedBytes bytes = ring_->receive(key(FrameKey::Kind::validation, rank), stream_);
    const std::vector<double> others = Reader{*bytes}.take<double>();
    for (auto i = static_cast<size_t>(rank); i < values.size(); i += static_cast<size_t>(place().ranks)) values[i] = others.at(i);
  }
}

void Team::send_part(uint64_t part, Bytes bytes) { ring_->send_all(key(FrameKey::Kind::state, 0, part), std::move(bytes)); }
SharedBytes Team::receive_part(uint64_t part) { return ring_->receive(key(FrameKey::Kind::state, 0, part), stream_); }

}  // namespace sidestep
