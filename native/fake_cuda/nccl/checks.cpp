// Trainings whose ranks have a fake card each and are connected by the stand-in for NCCL, and what that refuses. Every rank is
// a process.
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "core/error.h"
#include "core/path_text.h"
#include "ops/card_overhead.h"
#include "ops/cuda_plugin.h"
#include "testing/fake_card.h"
#include "testing/registry.h"
#include "testing/test.h"
#include "testing/variable.h"
#include "training/card_link.h"
#include "training/ranks_testing.h"
#include "training/ring.h"
#include "training/trainer.h"

namespace sidestep {
namespace {

using testing::busy_options, testing::bytes_in, testing::make_stream, testing::setup_of, testing::Songs, testing::spoil;
namespace fs = std::filesystem;
using nccl::Result;

constexpr const char* kHere = "127.0.0.1";

fs::path stand_in() { return fs::canonical("/proc/self/exe").parent_path() / "nccl" / "libnccl.so.2"; }

/// One rank: what it says of itself goes to the test.
struct Child {
  pid_t pid = -1;
  int said = -1;
};

Child start(const std::function<std::string()>& act) {
  int pipe_ends[2];
  if (::pipe(pipe_ends) != 0) testing::fail(__FILE__, __LINE__, "no pipe");
  const pid_t pid = ::fork();
  if (pid != 0) {
    ::close(pipe_ends[1]);
    return {pid, pipe_ends[0]};
  }
  std::string words;
  try {
    choose_fake_card("fake-cuda");
    words = act();
  } catch (const Error& error) {
    words = error.code() + ": " + error.message();
  } catch (const std::exception& error) {
    words = error.what();
  }
  const bool all = ::write(pipe_ends[1], words.data(), words.size()) == static_cast<ssize_t>(words.size());
  ::_exit(all ? 0 : 1);
}

std::string end_of(const Child& child) {
  std::string words;
  char part[4096];
  for (ssize_t got = 0; (got = ::read(child.said, part, sizeof part)) > 0;) words.append(part, static_cast<size_t>(got));
  ::close(child.said);
  ::waitpid(child.pid, nullptr, 0);
  return words;
}

/// By rank; a rank must not keep others waiting for ever.
std::vector<std::string> in_processes(int ranks, const std::function<std::string(int rank)>& act) {
  std::vector<Child> children;
  for (int rank = 0; rank < ranks; ++rank)
    children.push_back(start([&] {
      ::alarm(120);
      return act(rank);
    }));
  std::vector<std::string> said;
  for (const Child& child : children) said.push_back(end_of(child));
  return said;
}

struct World {
  int ranks = 2;
  std::string library = utf8_of(stand_in());  ///< empty: none
  std::string order = "prompt";
  std::function<int(int rank)> card = [](int rank) { return rank; };
};

void enter(const World& world, int rank) {
  ::setenv("SIDESTEP_NCCL", world.library.c_str(), 1);
  ::setenv("SIDESTEP_FAKE_CUDA_ORDER", world.order.c_str(), 1);
  ::setenv("SIDESTEP_FAKE_CUDA_CARDS", "3", 1);
  testing::set_device_under_test({DeviceKind::cuda, world.card(rank)});
}

/// A training of all ranks: `leader` is what rank 0 does, `followed` is called before each thing that another rank does. What
/// ranks say is how gradients went, or what they failed of.
std::vector<std::string> train_together(const World& world, const TrainerSetup& of_cpu,
                                        const std::function<void(Trainer&)>& leader,
                                        const std::function<void(int rank, int turn)>& followed = {}) {
  std::vector<std::unique_ptr<RingListener>> listeners;
  for (int rank = 0; rank < world.ranks; ++rank) listeners.push_back(std::make_unique<RingListener>(kHere));
  return in_processes(world.ranks, [&](int rank) -> std::string {
    enter(world, rank);
    TrainerSetup setup = of_cpu;
    setup.device = DeviceKind::cuda;
    Stream stream = make_stream(1);
    Trainer trainer(setup, stream);
    if (world.ranks == 1) {
      leader(trainer);
      return {};
    }
    const int port = listeners[static_cast<size_t>((rank + 1) % world.ranks)]->port();
    const Ring::Circle circle{
        .place = {rank, world.ranks}, .token = "a token", .next = {kHere, port}, .patience = {20'000, 20'000}};
    const std::string how = trainer.join(std::make_shared<Ring>(*listeners[static_cast<size_t>(rank)], circle, stream));
    if (rank == 0) {
      leader(trainer);
      trainer.finish_ranks();
      return how;
    }
    for (int turn = 0; followed ? (followed(rank, turn), true) : true; ++turn)
      if (trainer.follow() == Trainer::Followed::finish) break;
    return how;
  });
}

void train_to_end(Trainer& trainer, const fs::path& folder) { testing::whole_run(trainer, folder); }

void expect_words(const std::vector<std::string>& said, const std::string& begin) {
  for (size_t rank = 0; rank < said.size(); ++rank)
    if (!said[rank].starts_with(begin))
      testing::fail(__FILE__, __LINE__, "rank " + std::to_string(rank) + " says \"" + said[rank] + "\", expected " + begin);
}

constexpr const char* kLinked = "gradients go from card to card by NCCL 2.27.5 (";

TEST("cards: 2 and 3 connected by NCCL give the bytes of one, for every optimizer and adapter") {
  const Songs songs;
  const std::pair<const char*, const char*> kinds[] = {
      {"adamw", "lora"}, {"adamw8bit", "dora"}, {"adafactor", "oft"}, {"prodigy", "loha"}, {"adamw", "lokr"}};
  for (const auto& [optimizer, adapter] : kinds) {
    const TrainerSetup setup = setup_of(songs, busy_options(optimizer, adapter));
    const fs::path alone = songs.folder / "alone", together = songs.folder / "together";
    expect_words(train_together({.ranks = 1}, setup, [&](Trainer& trainer) { train_to_end(trainer, alone); }), "");
    for (const int ranks : {2, 3}) {
      expect_words(train_together({.ranks = ranks}, setup, [&](Trainer& trainer) { train_to_end(trainer, together); }), kLinked);
      if (bytes_in(together) != bytes_in(alone))
        testing::fail(__FILE__, __LINE__, std::to_string(ranks) + " ranks, " + optimizer + ", " + adapter + ": other bytes");
    }
  }
}

TEST("cards: whatever order a card does its work in") {
  const Songs songs;
  const TrainerSetup setup = setup_of(songs, busy_options("adamw", "lora"));
  const fs::path alone = songs.folder / "alone";
  train_together({.ranks = 1}, setup, [&](Trainer& trainer) { train_to_end(trainer, alone); });
  for (const char* order : {"late_work", "late_copies", "late"}) {
    const fs::path together = songs.folder / order;
    expect_words(train_together({.ranks = 3, .order = order}, setup, [&](Trainer& trainer) { train_to_end(trainer, together); }),
                 kLinked);
    EXPECT(bytes_in(together) == bytes_in(alone));
  }
}

TEST("cards: without an NCCL that serves, and where ranks share a card, gradients go over TCP, in words, to the same bytes") {
  const Songs songs;
  const TrainerSetup setup = setup_of(songs, busy_options("adamw", "lora"));
  const fs::path linked = songs.folder / "linked", without = songs.folder / "without", shared = songs.folder / "shared";
  train_together({}, setup, [&](Trainer& trainer) { train_to_end(trainer, linked); });
  expect_words(train_together({.library = ""}, setup, [&](Trainer& trainer) { train_to_end(trainer, without); }),
               "gradients go over TCP: rank 0 says: NCCL was not found");
  const World foreign{.library = utf8_of(stand_in().parent_path().parent_path() / "sidestep_fake_cuda.so")};
  expect_words(train_together(foreign, setup, [&](Trainer& trainer) { train_to_end(trainer, without); }),
               "gradients go over TCP: rank 0 says: NCCL lacks functions that 2.14 and newer have (" + foreign.library + ")");
  const World one_card{.card = [](int) { return 0; }};
  expect_words(train_together(one_card, setup, [&](Trainer& trainer) { train_to_end(trainer, shared); }),
               "gradients go over TCP: ranks 0 and 1 share a card");
  EXPECT(bytes_in(without) == bytes_in(linked));
  EXPECT(bytes_in(shared) == bytes_in(linked));
}

TEST("cards: a micro-batch without a finite loss is left out, though its gradients come in another order") {
  const Songs songs;
  spoil(songs.paths[1]);
  const TrainerSetup setup =
      setup_of(songs, R"({"adapter": {"type": "lora", "rank": 8, "alpha": 8, "dropout": 0}, "epochs": 4, "batch_size": 1,
    "gradient_accumulation_steps": 5, "cfg_dropout": 0, "timestep": {"adaptive_ratio": 0.9}, "max_nonfinite_steps": 9})");
  const fs::path alone = songs.folder / "alone";
  train_together({.ranks = 1}, setup, [&](Trainer& trainer) { train_to_end(trainer, alone); });
  for (const int ranks : {2, 3}) {
    const fs::path together = songs.folder / std::to_string(ranks);
    expect_words(train_together({.ranks = ranks}, setup, [&](Trainer& trainer) { train_to_end(trainer, together); }), kLinked);
    EXPECT(bytes_in(together) == bytes_in(alone));
  }
}

/// Others are in the middle of a transfer to it, or wherever they are when it dies on the way.
enum class Death : uint8_t { while_waited_for, at_work };

void die(Death when) {
  const auto kill_after = [](int milliseconds) {
    std::this_thread::sleep_for(std::chrono::milliseconds(milliseconds));
    ::kill(::getpid(), SIGKILL);
  };
  switch (when) {
    case Death::while_waited_for: kill_after(400); break;
    case Death::at_work: std::thread(kill_after, 2).detach(); break;
  }
}

TEST("cards: a rank that is killed ends all of them at once, in words, and fewer go on from what was saved") {
  const Songs songs;
  const TrainerSetup setup = setup_of(songs, busy_options("adamw", "lora"));
  const fs::path alone = songs.folder / "alone", saved = songs.folder / "saved", together = songs.folder / "together";
  train_together({.ranks = 1}, setup, [&](Trainer& trainer) { train_to_end(trainer, alone); });
  for (const auto& [victim, when] :
       {std::pair(1, Death::while_waited_for), {2, Death::while_waited_for}, {1, Death::at_work}, {2, Death::at_work}}) {
    fs::remove_all(saved);
    const auto killed = train_together(
        {.ranks = 3}, setup,
        [&](Trainer& trainer) {
          trainer.step();
          trainer.save(saved);
          trainer.step();
        },
        [victim = victim, when = when](int rank, int turn) {
          if (rank == victim && turn == 2) die(when);  // the first turns are the state and the first step
        });
    for (size_t rank = 0; rank < killed.size(); ++rank) {
      const std::string expected =
          static_cast<int>(rank) == victim ? "" : "train/rank-lost: Rank " + std::to_string(victim) + " of this training is gone";
      if (!killed[rank].starts_with(expected))
        testing::fail(__FILE__, __LINE__, "rank " + std::to_string(rank) + " says " + killed[rank]);
    }
    expect_words(train_together({.ranks = 2}, setup,
                                [&](Trainer& trainer) {
                                  trainer.load(saved);
                                  train_to_end(trainer, together);
                                }),
                 kLinked);
    EXPECT(bytes_in(together) == bytes_in(alone));
  }
}

/// A communicator of two ranks, as the engine makes it, and one tensor on each card.
struct Pair {
  Pair(int rank, nccl::UniqueId id)
      : stream(testing::device_under_test(), std::make_shared<ThreadPool>(1)),
        tensor(DType::f32, {64}, stream.device()),
        calls(*nccl::library()),
        joined(calls.join(&communicator, 2, id, rank, &config)) {}

  Result final_result() {
    for (Result state = Result::in_progress;;) {
      if (const Result asked = calls.state(communicator, &state); asked != Result::success) return asked;
      if (state != Result::in_progress) return state;
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
  }
  Result send(size_t bytes, int to = 1) {
    return calls.send(tensor.tensor().raw(), bytes, nccl::DataType::uint8, to, communicator, stream.native_handle());
  }
  Result receive(size_t bytes, int from = 0) {
    return calls.receive(tensor.tensor().raw(), bytes, nccl::DataType::uint8, from, communicator, stream.native_handle());
  }
  std::string words() { return calls.last_error(communicator); }

  Stream stream;
  Storage tensor;
  const nccl::Library& calls;
  nccl::Config config;
  nccl::Communicator communicator = nullptr;
  Result joined;
};

/// What each of two ranks does with the id of their circle, which rank 0 made.
std::vector<std::string> in_twos(
    const std::function<std::string(int rank, const nccl::UniqueId&)>& act,
    const std::function<int(int)>& card = [](int rank) { return rank; }) {
  int pipe_ends[2];
  if (::pipe(pipe_ends) != 0) testing::fail(__FILE__, __LINE__, "no pipe");
  const auto said = in_processes(2, [&](int rank) -> std::string {
    enter({.card = card}, rank);
    nccl::UniqueId id{};
    if (rank == 0) id = CardLink::make_id();
    const ssize_t passed = rank == 0 ? ::write(pipe_ends[1], &id, sizeof id) : ::read(pipe_ends[0], &id, sizeof id);
    return passed == sizeof id ? act(rank, id) : "no id";
  });
  ::close(pipe_ends[0]);
  ::close(pipe_ends[1]);
  return said;
}

/// What each of two ranks makes of its communicator.
std::vector<std::string> in_pairs(
    const std::function<std::string(Pair&, int rank)>& act, const std::function<int(int)>& card = [](int rank) { return rank; }) {
  return in_twos(
      [&](int rank, const nccl::UniqueId& id) -> std::string {
        Pair pair(rank, id);
        if (const Result result = pair.final_result(); result != Result::success) return pair.words();
        return act(pair, rank);
      },
      card);
}

TEST("cards: what connects two of them takes no more than plans leave for it, and goes back with it") {
  const auto used = [] { return testing::used_bytes(testing::device_under_test()); };
  const auto connected = [&](size_t left, const std::string& says) {
    expect_words(in_twos([&](int rank, const nccl::UniqueId& id) -> std::string {
                   Stream stream = make_stream(1);
                   const size_t before = used();
                   const testing::Variable card("SIDESTEP_CARD_BYTES", std::to_string(before + left));
                   {
                     CardLink link({.place = {rank, 2}, .id = id}, stream);
                     if (used() == before) return "it takes nothing";
                     link.leave();
                   }
                   return used() == before ? "connected" : "it keeps memory";
                 }),
                 says);
  };
  connected(kLinkBytes, "connected");
  connected(kLinkBytes / 2, "train/link-failed: ncclCommInitRankConfig: ");
}

std::string number(Result result) { return std::to_string(static_cast<int>(result)); }
constexpr const char* kInvalidArgument = "4";
constexpr const char* kInvalidUsage = "5";

TEST("stand-in for NCCL: wrong ranks, addresses and orders of calls are refused") {
  const auto said = in_pairs([](Pair& pair, int rank) -> std::string {
    nccl::Communicator other = nullptr;
    nccl::Config blank, without_channels;
    blank.magic = 0;
    without_channels.most_channels = 0;
    if (number(pair.calls.join(&other, 2, {}, 5, &pair.config)) != kInvalidArgument) return "a rank that there is not";
    if (number(pair.calls.join(&other, 2, CardLink::make_id(), 0, &blank)) != kInvalidArgument) return "a blank configuration";
    if (number(pair.calls.join(&other, 2, CardLink::make_id(), 0, &without_channels)) != kInvalidArgument) return "no channels";
    if (number(pair.send(16, 2)) != kInvalidArgument) return "a receiver that there is not";
    if (number(pair.send(16, rank)) != kInvalidUsage) return "a message to itself";
    if (number(pair.calls.group_end()) != kInvalidUsage) return "a group that never began";
    Stream foreign({DeviceKind::cuda, 2}, std::make_shared<ThreadPool>(1));
    if (number(pair.calls.send(pair.tensor.tensor().raw(), 4, nccl::DataType::uint8, 1 - rank, pair.communicator,
                               foreign.native_handle())) != kInvalidUsage)
      return "a queue of another card";
    try {
      pair.send(64 * 4 + 1, 1 - rank);
      return "memory beyond the tensor";
    } catch (const Error& error) {
      if (error.code() != "native/cuda-failed") return error.message();
    }
    const Result first = rank == 0 ? pair.send(16) : pair.receive(16);
    if (first != Result::in_progress) return "a call that does not block";
    if (number(rank == 0 ? pair.send(16) : pair.receive(16)) != kInvalidUsage)
      return "a call before the last has been waited for";
    if (pair.final_result() != Result::success) return pair.words();
    if (number(pair.calls.finalize(pair.communicator)) != kInvalidUsage) return "an end before the transfer's";
    pair.stream.synchronize();
    pair.calls.finalize(pair.communicator);
    if (pair.final_result() != Result::success) return pair.words();
    if (number(pair.send(16, 1 - rank)) != kInvalidArgument) return "a call after the end";
    if (pair.calls.destroy(pair.communicator) != Result::success) return "destroy";
    if (number(pair.calls.destroy(pair.communicator)) != kInvalidArgument) return "destroyed twice";
    return number(pair.send(16, 1 - rank)) == kInvalidArgument ? "all refused" : "a call after destroy";
  });
  expect_words(said, "all refused");
}

TEST("stand-in for NCCL: ranks that do not fit together are refused instead of left waiting") {
  const auto sizes = in_pairs([](Pair& pair, int rank) {
    static_cast<void>(rank == 0 ? pair.send(16) : pair.receive(32));
    static_cast<void>(pair.final_result());
    pair.stream.synchronize();
    static_cast<void>(pair.final_result());
    return pair.words();
  });
  EXPECT(sizes[0] == "rank 1 expected something else than rank 0 sent");
  EXPECT(sizes[1] == "rank 1 expected 32 of rank 0, which sends 16");
  const auto both = in_pairs([](Pair& pair, int rank) {
    static_cast<void>(pair.send(16, 1 - rank));
    static_cast<void>(pair.final_result());
    pair.stream.synchronize();
    return pair.words();
  });
  expect_words(both, "ranks ");
  const auto one_card = in_pairs([](Pair&, int) { return std::string("connected"); }, [](int) { return 1; });
  expect_words(one_card, "Duplicate GPU detected: ranks share card 1");
}

TEST("stand-in for NCCL: a transfer whose other side is gone is waited for until it is aborted") {
  const auto said = in_pairs([](Pair& pair, int rank) -> std::string {
    if (rank == 1) ::_exit(0);
    static_cast<void>(pair.send(16));
    static_cast<void>(pair.final_result());
    bool aborted = false;
    std::thread rescuer([&] {
      std::this_thread::sleep_for(std::chrono::milliseconds(200));
      aborted = true;
      pair.calls.abort(pair.communicator);
    });
    pair.stream.synchronize();
    rescuer.join();
    return aborted && number(pair.send(16)) == kInvalidArgument ? "came back" : "was not waited for";
  });
  EXPECT(said[0] == "came back");
}

}  // namespace
}  // namespace sidestep

// sidestep_nccl_checks [PART OF A NAME]
int main(int argc, char** argv) {
  int failed = 0;
  for (const sidestep::testing::Test& test : sidestep::testing::registered_tests()) {
    if (argc > 1 && test.name.find(argv[1]) == std::string::npos) continue;
    std::string problem;
    try {
      test.body();
    } catch (const std::exception& error) {
      problem = error.what();
      ++failed;
    }
    std::printf("%s %s\n%s%s", problem.empty() ? "ok  " : "FAIL", test.name.c_str(), problem.c_str(),
                problem.empty() ? "" : "\n");
    std::fflush(stdout);
  }
  return failed == 0 ? 0 : 1;
}
