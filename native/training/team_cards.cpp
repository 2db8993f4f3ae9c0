#include <algorithm>
#include <cstring>
#include <string>
#include <utility>
#include <vector>

#include "core/error.h"
#include "training/team.h"

namespace sidestep {

namespace {

/// What ranks exchange before any link, in this order.
enum class Topic : uint64_t { card, why_not, identity, linked, done };

uint64_t item_of(Topic topic) { return static_cast<uint64_t>(topic); }

std::string version_of(const Stream& stream) {
  return std::to_string(stream.device().index) + " " + std::to_string(nccl::library_version());
}

/// By rank; empty where a rank has none.
std::string first_reason(const std::vector<std::string>& reasons) {
  for (size_t rank = 0; rank < reasons.size(); ++rank)
    if (!reasons[rank].empty()) return "rank " + std::to_string(rank) + " says: " + reasons[rank];
  return {};
}

}  // namespace

std::vector<std::string> Team::exchange_texts(uint64_t item, const std::string& own) {
  const auto* first = reinterpret_cast<const std::byte*>(own.data());
  ring_->send_all(key(FrameKey::Kind::link, place().rank, item), {first, first + own.size()});
  std::vector<std::string> all;
  for (int64_t rank = 0; rank < place().ranks; ++rank) {
    if (rank == place().rank) {
      all.push_back(own);
      continue;
    }
    const SharedBytes said = ring_->receive(key(FrameKey::Kind::link, rank, item), stream_);
    all.emplace_back(reinterpret_cast<const char*>(said->data()), said->size());
  }
  return all;
}

/// The first rank that has something against it, `own` of this one; empty: none.
std::string Team::why_unlinked(const std::string& own) {
  if (const std::string why = first_reason(exchange_texts(item_of(Topic::why_not), own)); !why.empty()) return why;
  const std::vector<std::string> cards = exchange_texts(item_of(Topic::card), version_of(stream_));
  for (size_t rank = 1; rank < cards.size(); ++rank) {
    const auto same = std::find(cards.begin(), cards.begin() + static_cast<std::ptrdiff_t>(rank), cards[rank]);
    if (same != cards.begin() + static_cast<std::ptrdiff_t>(rank))
      return "ranks " + std::to_string(same - cards.begin()) + " and " + std::to_string(rank) + " share a card";
    if (cards[rank].substr(cards[rank].find(' ')) != cards[0].substr(cards[0].find(' ')))
      return "rank " + std::to_string(rank) + " has another version of NCCL than rank 0";
  }
  return {};
}

/// Empty: it worked, here.
std::string Team::connect_cards() {
  nccl::UniqueId id{};
  std::string own, failure = "rank 0 could not begin";
  try {
    if (leads()) id = CardLink::make_id();
    if (leads()) own.assign(reinterpret_cast<const char*>(id.bytes), sizeof id.bytes);
  } catch (const Error& error) {
    failure = error.message();
  }
  const std::string said = exchange_texts(item_of(Topic::identity), own)[0];
  if (said.size() != sizeof id.bytes) return failure;
  std::memcpy(id.bytes, said.data(), sizeof id.bytes);
  const auto still_wanted = [this] {
    stream_.throw_if_cancelled();
    ring_->throw_if_lost();
  };
  try {
    link_ = std::make_unique<CardLink>(CardLink::Circle{.place = place(), .id = id, .still_wanted = still_wanted}, stream_);
  } catch (const Error& error) {
    if (error.code() != "train/link-failed") throw;
    return error.message();
  }
  return {};
}

std::string Team::link_cards() {
  if (stream_.device().kind != DeviceKind::cuda || place().ranks == 1) return {};
  std::string why = why_unlinked(nccl::library() == nullptr ? nccl::library_origin() : "");
  if (why.empty()) why = first_reason(exchange_texts(item_of(Topic::linked), connect_cards()));
  if (!why.empty()) {
    link_.reset();
    return "gradients go over TCP: " + why;
  }
  relay_.change_route(card_route(adapters_, *ring_, *link_, stream_));
  ring_->when_lost([this] { link_->abort(); });
  return "gradients go from card to card by " + nccl::library_origin();
}

void Team::wait_for_cards() {
  if (!link_) return;
  stream_.synchronize();
  ring_->throw_if_lost();
}

void Team::leave_cards() {
  if (!link_) return;
  try {
    exchange_texts(item_of(Topic::done), {});  // no one frees what another still reads
  } catch (const Error& error) {
    if (error.code() != "train/rank-lost") throw;
    return;  // all is done: a rank that is gone by now is not needed
  }
  ring_->when_lost({});
  link_->leave();
}

}  // namespace sidestep
