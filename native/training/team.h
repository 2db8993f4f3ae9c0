#pragma once
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "training/gradient_relay.h"
#include "training/ring.h"

namespace sidestep {

/// What one micro-batch came to: all that the other ranks must know of it, without its gradients.
struct MicroOutcome {
  double loss = 0;
  std::vector<double> sample_losses{};
  std::vector<float> timesteps{};
  std::vector<std::string> sample_names{};
  std::string diagnosis{};  ///< of a loss that is no finite number
};

/// Several ranks, one training. Every rank keeps the whole run (weights, optimizer, position) and does the same to it; only the
/// passes of micro-batches and of validation are shared out. Rank 0 says what comes next, and alone writes anything down.
class Team {
 public:
  enum class Command : uint8_t { state, step, validate, finish };

  Team(std::shared_ptr<Ring> ring, AdapterSet& adapters, Stream& stream);

  const RankPlace& place() const { return ring_->place(); }
  bool leads() const { return place().rank == 0; }
  /// Throws train/ranks-differ unless all ranks say the same of themselves.
  void compare(const std::string& identity);
  /// Where every rank has a card: gradients go from card to card from now on, if all of them can be connected. In words, how
  /// gradients go, and if they go over TCP why; empty on CPUs, where there is no choice.
  std::string link_cards();
  /// Waits for what comes from other cards: it is whole only if all of them are there. Nothing where gradients go over TCP.
  void wait_for_cards();
  /// All is done: says goodbye to the other cards.
  void leave_cards();
  ~Team();
  Team(const Team&) = delete;
  Team& operator=(const Team&) = delete;

  /// From rank 0 to the others. Each opens a new serial, to which all frames belong until the next.
  void send_command(Command command);
  Command receive_command();

  // Of an update: micro-batches count within it.
  void begin_update() { next_outcome_ = 0; }
  void begin_micro(int64_t micro, int64_t micros);
  /// The passes of this micro-batch are taken again, from their beginning. False where the other ranks have parts of it that they
  /// took straight from this one's card.
  bool begin_micro_again() { return relay_.begin_again(stream_); }
  void finish_micro() { relay_.finish(stream_); }
  /// The losses as soon as they are known, because others may draw timesteps by them; the diagnosis later.
  void send_outcome(int64_t micro, const MicroOutcome& outcome);
  void send_diagnosis(int64_t micro, const std::string& diagnosis);
  /// The outcome of the next micro-batch in order, of whichever rank.
  int64_t next_outcome() const { return next_outcome_; }
  MicroOutcome receive_outcome();
  void receive_sum(int64_t micros);

  /// Numbers that each rank has its share of: those of rank r at the places i with i % ranks == r.
  void share(std::vector<double>& values);

  /// Parts of rank 0's state, in order.
  void send_part(uint64_t part, Bytes bytes);
  SharedBytes receive_part(uint64_t part);

 private:
  FrameKey key(FrameKey::Kind kind, int64_t micro, uint64_t item = 0) const;
  bool is_own(int64_t micro) const { return micro % place().ranks == place().rank; }

  /// What each rank says, by rank, its own included.
  std::vector<std::string> exchange_texts(uint64_t item, const std::string& own);
  std::string why_unlinked(const std::string& own);
  std::string connect_cards();

  std::shared_ptr<Ring> ring_;
  AdapterSet& adapters_;
  Stream& stream_;
  std::unique_ptr<CardLink> link_;  ///< null where gradients go over TCP
  GradientRelay relay_;
  uint64_t serial_ = 0;
  int64_t next_outcome_ = 0;
  std::map<int64_t, MicroOutcome> own_;
};

}  // namespace sidestep
