#include "fake_cuda/nccl/mesh.h"

#include <algorithm>
#include <chrono>
#include <stdexcept>
#include <thread>
#include <utility>

namespace sidestep::fake_cuda::nccl {
namespace {

using platform::kNoSocket, platform::SocketHandle, platform::Transferred;

constexpr uint64_t kMagic = 0x4C43'434E'524F'5249;
constexpr int kLookMs = 20;
constexpr const char* kHere = "127.0.0.1";

/// Until all of it was passed on, or `give_up` says so, or the other side is gone.
bool pass_all(const auto& pass, size_t bytes, const auto& give_up) {
  for (size_t done = 0; done < bytes;) {
    if (give_up()) return false;
    const platform::Passed passed = pass(done, bytes - done);
    if (passed.how == Transferred::closed || passed.how == Transferred::refused) return false;
    if (passed.how == Transferred::some) done += passed.bytes;
  }
  return true;
}

bool read_all(SocketHandle socket, void* to, size_t bytes, const auto& give_up) {
  auto* at = static_cast<std::byte*>(to);
  return pass_all([&](size_t done, size_t left) { return platform::receive_some(socket, at + done, left, kLookMs); }, bytes,
                  give_up);
}

bool write_all(SocketHandle socket, const void* from, size_t bytes, const auto& give_up) {
  const auto* at = static_cast<const std::byte*>(from);
  return pass_all([&](size_t done, size_t left) { return platform::send_some(socket, at + done, left, kLookMs); }, bytes,
                  give_up);
}

constexpr auto kNever = [] { return false; };

/// What the root sends every rank: the port of each rank, or why there is no circle.
struct Answer {
  char wrong[120] = {};
  int32_t ports[64] = {};
};

/// One more among those that came before: what is wrong with it.
std::string wrong_with(const Newcomer& newcomer, const std::vector<Newcomer>& before) {
  for (const Newcomer& other : before) {
    if (other.ranks != newcomer.ranks) return "ranks differ in how many there are";
    if (other.rank == newcomer.rank) return "two are rank " + std::to_string(other.rank);
    if (other.card == newcomer.card) return "Duplicate GPU detected: ranks share card " + std::to_string(other.card);
  }
  return {};
}

/// A thread of the process that made the id, as NCCL's.
void be_root(SocketHandle door) {
  std::vector<Newcomer> came;
  std::vector<SocketHandle> sockets;
  Answer answer;
  std::string wrong;
  while (came.empty() || came.size() < static_cast<size_t>(came[0].ranks)) {
    const SocketHandle socket = platform::accept_next(door, 1000).handle;
    Newcomer newcomer;
    if (socket == kNoSocket || !read_all(socket, &newcomer, sizeof newcomer, kNever)) continue;
    if (wrong.empty()) wrong = wrong_with(newcomer, came);
    answer.ports[newcomer.rank] = newcomer.port;
    came.push_back(newcomer);
    sockets.push_back(socket);
  }
  std::copy_n(wrong.begin(), std::min(wrong.size(), sizeof answer.wrong - 1), answer.wrong);
  for (const SocketHandle socket : sockets) {
    write_all(socket, &answer, sizeof answer, kNever);
    platform::close_socket(socket);
  }
  platform::close_socket(door);
}

}  // namespace

RootAddress open_root() {
  const platform::OpenedSocket door = platform::listen_at(kHere);
  if (door.handle == kNoSocket) throw std::runtime_error(door.why);
  const int port = platform::port_of(door.handle);
  std::thread(be_root, door.handle).detach();
  return {kMagic, port};
}

bool is_root(const RootAddress& address) { return address.magic == kMagic; }

Mesh::~Mesh() {
  for (const SocketHandle socket : sockets_)
    if (socket != kNoSocket) platform::close_socket(socket);
}

std::string Mesh::connect(const RootAddress& root, Newcomer self) {
  const auto aborted = [&] { return aborted_.load(); };
  rank_ = self.rank;
  sockets_.assign(static_cast<size_t>(self.ranks), kNoSocket);
  const SocketHandle door = platform::listen_at(kHere).handle;
  self.port = platform::port_of(door);
  const SocketHandle to_root = platform::connect_to(kHere, root.port, 5000).handle;
  Answer answer;
  const bool heard = to_root != kNoSocket && write_all(to_root, &self, sizeof self, aborted) &&
                     read_all(to_root, &answer, sizeof answer, aborted);
  if (to_root != kNoSocket) platform::close_socket(to_root);
  if (!heard) return "the root of this id is gone";
  if (answer.wrong[0] != '\0') return answer.wrong;
  for (int peer = 0; peer < self.rank; ++peer) {
    sockets_[static_cast<size_t>(peer)] = platform::connect_to(kHere, answer.ports[peer], 5000).handle;
    write(peer, &rank_, sizeof rank_);
  }
  for (int others = self.rank + 1; others < self.ranks && !aborted_;) {
    const SocketHandle socket = platform::accept_next(door, kLookMs).handle;
    int peer = -1;
    if (socket == kNoSocket || !read_all(socket, &peer, sizeof peer, aborted)) continue;
    sockets_.at(static_cast<size_t>(peer)) = socket;
    ++others;
  }
  platform::close_socket(door);
  return {};
}

void Mesh::wait_for_abort() const {
  while (!aborted_) std::this_thread::sleep_for(std::chrono::milliseconds(1));
}

bool Mesh::write(int peer, const void* from, size_t bytes) {
  const bool all = write_all(sockets_[static_cast<size_t>(peer)], from, bytes, [&] { return aborted_.load(); });
  if (!all) wait_for_abort();
  return all;
}

bool Mesh::read(int peer, void* to, size_t bytes) {
  const bool all = read_all(sockets_[static_cast<size_t>(peer)], to, bytes, [&] { return aborted_.load(); });
  if (!all) wait_for_abort();
  return all;
}

std::string Mesh::give(int peer, const Message& message, const std::byte* bytes, size_t size) {
  Message said;
  if (!write(peer, &message, sizeof message) || !write(peer, bytes, size) || !read(peer, &said, sizeof said)) return {};
  switch (said.kind) {
    case Message::Kind::taken: return {};
    case Message::Kind::refused:
      return "rank " + std::to_string(peer) + " expected something else than rank " + std::to_string(rank_) + " sent";
    case Message::Kind::send:
    case Message::Kind::broadcast:
    case Message::Kind::bye: return "ranks " + std::to_string(rank_) + " and " + std::to_string(peer) + " wait for each other";
  }
  return {};
}

std::string Mesh::take(int peer, const Message& expected, std::byte* bytes, size_t size) {
  Message said;
  if (!read(peer, &said, sizeof said)) return {};
  const bool alike = said == expected;
  Message answer{.kind = alike ? Message::Kind::taken : Message::Kind::refused};
  if (alike && !read(peer, bytes, size)) return {};
  write(peer, &answer, sizeof answer);
  if (alike) return {};
  return "rank " + std::to_string(rank_) + " expected " + std::to_string(expected.count) + " of rank " + std::to_string(peer) +
         ", which sends " + std::to_string(said.count);
}

std::string Mesh::part() {
  const Message bye{.kind = Message::Kind::bye};
  const auto others = [&](const auto& act) {
    for (int peer = 0; peer < static_cast<int>(sockets_.size()); ++peer)
      if (peer != rank_) act(peer);
  };
  std::string wrong;
  others([&](int peer) { write(peer, &bye, sizeof bye); });
  others([&](int peer) {
    Message said;
    if (read(peer, &said, sizeof said) && said != bye) wrong = "rank " + std::to_string(peer) + " has not come to an end";
  });
  return wrong;
}

}  // namespace sidestep::fake_cuda::nccl
