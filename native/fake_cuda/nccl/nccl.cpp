// A stand-in for NCCL on fake CUDA cards, between processes: the library's interface, and every rule of its
// documentation that a program could break unnoticed. What the real one would answer with a hang or with wrong bytes is refused
// here, in words.
#include <atomic>
#include <cstring>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "core/error.h"
#include "core/platform/library.h"
#include "core/platform/process.h"
#include "fake_cuda/foreign.h"
#include "fake_cuda/nccl/mesh.h"
#include "training/nccl.h"

namespace sidestep::fake_cuda::nccl {
namespace {

using sidestep::nccl::Config, sidestep::nccl::UniqueId;

enum Result : int {
  success = 0,
  cuda_error = 1,
  system_error = 2,
  invalid_argument = 4,
  invalid_usage = 5,
  remote_error = 6,
  in_progress = 7
};

thread_local std::string last_words;

Result refuse(Result result, const std::string& why) {
  last_words = why;
  return result;
}

/// The plugin that this process runs on.
const Foreign& fake_cuda() {
  static const Foreign* const found = [] {
    const auto named = platform::path_variable("SIDESTEP_CUDA_PLUGIN");
    const std::filesystem::path self = platform::file_holding(reinterpret_cast<const void*>(&refuse));
    const std::filesystem::path file =
        named ? *named : self.parent_path().parent_path() / platform::module_file("sidestep_fake_cuda");
    void* plugin = platform::open_library(file).handle;
    const auto entry = plugin == nullptr ? nullptr : reinterpret_cast<ForeignEntry>(platform::symbol_of(plugin, kForeignSymbol));
    return entry == nullptr ? nullptr : entry();
  }();
  if (found == nullptr) std::abort();  // only fake CUDA cards can be connected by it
  return *found;
}

/// One call of a group.
struct Call {
  Mesh::Message message;
  int peer = 0;  ///< or the root of a broadcast
  bool sends = false;
  std::byte* bytes = nullptr;
  size_t size = 0;
};

struct Circle {
  explicit Circle(Config with, Newcomer who) : config(with), self(who) {}
  ~Circle() {
    aborted = true;
    if (background.joinable()) background.join();
  }
  const Config config;
  const Newcomer self;
  std::shared_ptr<void> memory{};  ///< of its card
  std::atomic<bool> aborted = false;
  Mesh mesh{aborted};
  std::atomic<int> state = success;
  std::mutex mutex;
  std::string words{};                         ///< of an error
  std::vector<std::function<void()>> begun{};  ///< asked for and not yet with the card
  std::atomic<int> unmet = 0;                  ///< meetings that are still to come
  bool finalized = false;
  std::thread background{};

  void fail(Result result, const std::string& why) {
    const std::lock_guard lock(mutex);
    words = why;
    state = result;
  }
};

struct Circles {
  std::mutex mutex;
  std::map<uintptr_t, std::shared_ptr<Circle>> open;
  uintptr_t next = 0x1000;  ///< no handle comes twice: one that is used after its end is noticed
};
Circles& circles() {
  static auto& once = *new Circles;
  return once;
}

std::shared_ptr<Circle> find(void* handle) {
  Circles& c = circles();
  const std::lock_guard lock(c.mutex);
  const auto found = c.open.find(reinterpret_cast<uintptr_t>(handle));
  return found == c.open.end() ? nullptr : found->second;
}

std::shared_ptr<Circle> take_out(void* handle) {
  Circles& c = circles();
  const std::lock_guard lock(c.mutex);
  const auto found = c.open.find(reinterpret_cast<uintptr_t>(handle));
  if (found == c.open.end()) return nullptr;
  std::shared_ptr<Circle> circle = std::move(found->second);
  c.open.erase(found);
  return circle;
}

struct Group {
  int depth = 0;
  struct Part {
    std::shared_ptr<Circle> circle;
    void* queue;
    std::vector<Call> calls;
  };
  std::vector<Part> parts{};
  Result worst = success;
};
thread_local Group group;

/// What the card does when its queue comes to it.
void meet(Circle& circle, const std::vector<Call>& calls) {
  for (const Call& call : calls) {
    if (circle.aborted || circle.state != success) break;
    std::string wrong;
    if (call.message.kind == Mesh::Message::Kind::send)
      wrong = call.sends ? circle.mesh.give(call.peer, call.message, call.bytes, call.size)
                         : circle.mesh.take(call.peer, call.message, call.bytes, call.size);
    else if (!call.sends)
      wrong = circle.mesh.take(call.peer, call.message, call.bytes, call.size);
    else
      for (int rank = 0; rank < circle.self.ranks; ++rank)
        if (rank != circle.self.rank && wrong.empty()) wrong = circle.mesh.give(rank, call.message, call.bytes, call.size);
    if (!wrong.empty()) circle.fail(invalid_usage, wrong);
  }
  --circle.unmet;
}

Result end_group() {
  Group ended = std::exchange(group, {});
  if (ended.worst != success) return ended.worst;
  Result result = success;
  for (Group::Part& part : ended.parts) {
    ++part.circle->unmet;
    auto launch = [circle = part.circle, queue = part.queue, calls = std::move(part.calls)] {
      const auto add = calls[0].sends ? fake_cuda().add_departure : fake_cuda().add_arrival;
      add(queue, [circle, calls] { meet(*circle, calls); });
    };
    if (part.circle->config.blocking != 0) {
      launch();
      continue;
    }
    const std::lock_guard lock(part.circle->mutex);
    part.circle->begun.push_back(std::move(launch));
    part.circle->state = in_progress;
    result = in_progress;
  }
  return result;
}

size_t size_of(int type) { return type == 0 || type == 1 ? 1 : type == 7 ? 4 : 0; }

/// What is wrong with a call, before it enters a group.
Result check(const std::shared_ptr<Circle>& circle, const void* bytes, size_t count, int type, int peer, void* queue) {
  if (!circle) return refuse(invalid_argument, "this communicator does not exist, or no longer");
  if (circle->finalized) return refuse(invalid_argument, "this communicator has been finalized");
  if (circle->state == in_progress) return refuse(invalid_usage, "the call before has not been waited for");
  if (circle->state != success) return refuse(static_cast<Result>(circle->state.load()), circle->words);
  if (size_of(type) == 0) return refuse(invalid_argument, "the stand-in knows bytes and f32");
  if (peer < 0 || peer >= circle->self.ranks) return refuse(invalid_argument, "there is no rank " + std::to_string(peer));
  if (count > 0 && bytes == nullptr) return refuse(invalid_argument, "no memory was given");
  if (fake_cuda().card_of_queue(queue) != circle->self.card)
    return refuse(invalid_usage, "the queue is not of the communicator's card");
  return success;
}

Result add(void* handle, Call call, const void* bytes, size_t count, int type, void* queue) {
  const std::shared_ptr<Circle> circle = find(handle);
  Result result = check(circle, bytes, count, type, call.peer, queue);
  if (result == success && call.message.kind == Mesh::Message::Kind::send && call.peer == circle->self.rank && group.depth == 0)
    result = refuse(invalid_usage, "a rank that sends to itself must receive in the same group");
  if (result != success) {
    if (group.depth > 0) group.worst = result;
    return result;
  }
  call.message.type = type;
  call.message.count = count;
  call.size = count * size_of(type);
  call.bytes = fake_cuda().seen_by(circle->self.card, bytes, call.size, "NCCL");
  ++group.depth;
  if (group.parts.empty() || group.parts.back().circle != circle || group.parts.back().queue != queue)
    group.parts.push_back({circle, queue, {}});
  group.parts.back().calls.push_back(call);
  return --group.depth == 0 ? end_group() : success;
}

/// Bytes of a card: the code, and buffers of as many channels as it may have. The real one has fewer without NVLink.
size_t memory_of(const Config& config) {
  constexpr size_t kCode = size_t{98} << 20, kBuffers = size_t{24} << 20;
  constexpr int kUsual = 32;
  const int channels = config.most_channels == Config::kUnset ? kUsual : config.most_channels;
  return kCode + static_cast<size_t>(channels) * kBuffers;
}

void connect(Circle& circle, const RootAddress& root) {
  const std::string wrong = circle.mesh.connect(root, circle.self);
  if (circle.aborted) return;
  if (wrong.empty())
    circle.state = success;
  else
    circle.fail(invalid_usage, wrong);
}

}  // namespace
}  // namespace sidestep::fake_cuda::nccl

using namespace sidestep::fake_cuda::nccl;
#define STAND_IN extern "C" __attribute__((visibility("default")))

STAND_IN int ncclGetVersion(int* version) {
  *version = 22705;
  return success;
}

STAND_IN int ncclGetUniqueId(UniqueId* id) try {
  const RootAddress root = open_root();
  std::memcpy(id->bytes, &root, sizeof root);
  return success;
} catch (const std::exception& error) {
  return refuse(system_error, error.what());
}

STAND_IN int ncclCommInitRankConfig(void** handle, int ranks, UniqueId id, int rank, Config* config) {
  RootAddress root;
  std::memcpy(&root, id.bytes, sizeof root);
  if (handle == nullptr || ranks < 1 || rank < 0 || rank >= ranks)
    return refuse(invalid_argument, "there is no rank " + std::to_string(rank));
  if (!is_root(root)) return refuse(invalid_argument, "this id was not made by ncclGetUniqueId");
  if (config == nullptr || config->magic != 0xCAFEBEEF) return refuse(invalid_argument, "the configuration was not initialised");
  if (config->most_channels != Config::kUnset && config->most_channels < 1)
    return refuse(invalid_argument, "maxCTAs: at least one");
  const int card = fake_cuda().current_card();
  if (card < 0) return refuse(invalid_usage, "no card is current: call cudaSetDevice first");
  auto circle = std::make_shared<Circle>(*config, Newcomer{.ranks = ranks, .rank = rank, .card = card});
  try {
    circle->memory = fake_cuda().take(card, memory_of(*config));
  } catch (const sidestep::Error& error) {
    return refuse(cuda_error, error.message());
  }
  Circles& c = circles();
  {
    const std::lock_guard lock(c.mutex);
    c.next += 16;
    c.open[c.next] = circle;
    *handle = reinterpret_cast<void*>(c.next);
  }
  if (config->blocking != 0) {
    connect(*circle, root);
    return circle->state;
  }
  circle->state = in_progress;
  circle->background = std::thread([it = circle.get(), root] { connect(*it, root); });  // which its end waits for
  return in_progress;
}

/// What was begun goes to the card only here, when it is asked after: who does not wait for it is noticed.
STAND_IN int ncclCommGetAsyncError(void* handle, int* state) {
  const std::shared_ptr<Circle> circle = find(handle);
  if (!circle) return refuse(invalid_argument, "this communicator does not exist, or no longer");
  *state = circle->state;
  std::vector<std::function<void()>> begun;
  {
    const std::lock_guard lock(circle->mutex);
    if (circle->state != in_progress || circle->begun.empty()) return success;
    begun = std::move(circle->begun);
    circle->begun.clear();
    circle->state = success;
  }
  for (const auto& launch : begun) launch();
  return success;
}

STAND_IN int ncclCommFinalize(void* handle) {
  const std::shared_ptr<Circle> circle = find(handle);
  if (!circle || circle->finalized) return refuse(invalid_argument, "this communicator does not exist, or no longer");
  if (circle->unmet > 0) return refuse(invalid_usage, "the stand-in does not flush: wait for the queue first");
  circle->finalized = true;
  circle->state = in_progress;
  if (circle->background.joinable()) circle->background.join();
  circle->background = std::thread([circle = circle.get()] {
    const std::string wrong = circle->mesh.part();
    if (wrong.empty())
      circle->state = success;
    else
      circle->fail(invalid_usage, wrong);
  });
  return in_progress;
}

STAND_IN int ncclCommDestroy(void* handle) {
  return take_out(handle) ? success : refuse(invalid_argument, "this communicator does not exist, or no longer");
}

STAND_IN int ncclCommAbort(void* handle) {
  const std::shared_ptr<Circle> circle = take_out(handle);
  if (!circle) return refuse(invalid_argument, "this communicator does not exist, or no longer");
  circle->aborted = true;
  return success;
}

STAND_IN int ncclGroupStart() {
  ++group.depth;
  return success;
}

STAND_IN int ncclGroupEnd() {
  if (group.depth == 0) return refuse(invalid_usage, "a group ended that never began");
  return --group.depth == 0 ? end_group() : success;
}

STAND_IN int ncclSend(const void* from, size_t count, int type, int to, void* handle, void* queue) {
  return add(handle, {.peer = to, .sends = true}, from, count, type, queue);
}

STAND_IN int ncclRecv(void* to, size_t count, int type, int from, void* handle, void* queue) {
  return add(handle, {.peer = from}, to, count, type, queue);
}

STAND_IN int ncclBroadcast(const void* from, void* to, size_t count, int type, int root, void* handle, void* queue) {
  const std::shared_ptr<Circle> circle = find(handle);
  const bool sends = circle && circle->self.rank == root;
  if (sends && from != to) return refuse(invalid_usage, "the stand-in broadcasts in place");
  return add(handle, {.message = {.kind = Mesh::Message::Kind::broadcast, .root = root}, .peer = root, .sends = sends}, to, count,
             type, queue);
}

STAND_IN const char* ncclGetErrorString(int result) {
  switch (result) {
    case success: return "no error";
    case cuda_error: return "unhandled cuda error";
    case system_error: return "unhandled system error";
    case invalid_argument: return "invalid argument";
    case invalid_usage: return "invalid usage";
    case remote_error: return "remote process exited or there was a network error";
    case in_progress: return "operation in progress";
  }
  return "unknown result code";
}

STAND_IN const char* ncclGetLastError(void* handle) {
  thread_local std::string words;
  const std::shared_ptr<Circle> circle = find(handle);
  words = circle && !circle->words.empty() ? circle->words : last_words;
  return words.c_str();
}
