#include "models/activation_offload.h"

#include <cstring>
#include <vector>

#include "models/dit_testing.h"
#include "ops/elementwise.h"
#include "ops/recording.h"
#include "ops/transfer.h"
#include "testing/fake_cuda_order.h"

namespace sidestep {
namespace {

/// A stack whose layer k turns its input x into x + 1 and, on the way back, adds 10^k-weighted input k to a sum.
struct Stack {
  Stack(int64_t depth, Device device)
      : layers(depth),
        stream(device, std::make_shared<ThreadPool>(1)),
        arena(device, 1 << 16),
        one(DType::f32, {kWidth}, device),
        sum(DType::f32, {kWidth}, device),
        first(DType::f32, {kWidth}, device),
        offload(device, depth, kWidth * sizeof(float)) {
    fill({one.tensor(), 1}, stream);
  }
  void forward() {
    arena_scope.emplace_back(std::make_unique<Arena::Scope>(arena));
    inputs.clear();
    Tensor h = first.tensor();
    offload.begin(layers, h, arena);
    for (int64_t k = 0; k < layers; ++k) {
      offload.leave(k, stream);
      const Tensor next = offload.place(k + 1, stream);
      inputs.push_back(h);
      add({.a = h, .b = one.view(), .y = next}, stream);
      h = next;
    }
    inputs.push_back(h);
  }
  void backward() {
    for (int64_t k = layers; k >= 0; --k) {
      offload.bring(k, stream);
      // sum = 2 sum + input: every input counts, in its order
      add({.a = inputs[static_cast<size_t>(k)], .b = sum.view(), .y = sum.tensor(), .beta = 2}, stream);
      offload.spend(k, stream);
    }
    arena_scope.clear();
  }
  float read() { return to_host(sum.view(), stream).view().data<float>()[kWidth - 1]; }
  /// After `passes` of them from an input of `start`.
  float expected(float start, int passes) const {
    float total = 0;
    for (int pass = 0; pass < passes; ++pass)
      for (int64_t k = layers; k >= 0; --k) total = start + static_cast<float>(k) + 2 * total;
    return total;
  }

  static constexpr int64_t kWidth = 5;
  int64_t layers;
  Stream stream;
  Arena arena;
  Storage one, sum, first;
  ActivationOffload offload;
  std::vector<Tensor> inputs{};
  std::vector<std::unique_ptr<Arena::Scope>> arena_scope{};
};

TEST("activation offload: every input comes back as it left, whatever the depth and the order of a card's work") {
  for (const char* order : testing::kOrders) {
    const testing::FakeCudaOrder chosen(order);
    for (const int64_t depth : {1, 2, 3, 4, 5, 8}) {
      Stack stack(depth, testing::device_under_test());
      fill({stack.first.tensor(), 3}, stack.stream);
      for (int pass = 0; pass < 2; ++pass) stack.forward(), stack.backward();
      EXPECT(stack.read() == stack.expected(3, 2));
    }
  }
}

TEST("activation offload: both passes can be recorded, with the copies in them") {
  Stack stack(6, testing::device_under_test());
  if (!records(stack.stream)) return;
  fill({stack.first.tensor(), 1}, stack.stream);
  const Recording forward = record(stack.stream, [&] { stack.forward(); });
  const Recording backward = record(stack.stream, [&] { stack.backward(); });
  EXPECT(static_cast<bool>(forward) && static_cast<bool>(backward));
  for (int pass = 0; pass < 2; ++pass) forward.replay(stack.stream), backward.replay(stack.stream);
  EXPECT(stack.read() == stack.expected(1, 2));
}

TEST("activation offload: three inputs on the device, the rest on the host; more than was planned for is refused") {
  EXPECT(ActivationOffload::host_bytes(24, 100) == 2200);
  EXPECT(ActivationOffload::host_bytes(2, 100) == 0);
  const Device plan{.kind = DeviceKind::plan};
  Arena arena(plan, 0);
  ActivationOffload offload(plan, 24, 1024);
  const Tensor first = arena.alloc(DType::f32, {256});
  offload.begin(24, first, arena);
  Stream stream(plan);
  for (int64_t k = 0; k < 24; ++k) offload.leave(k, stream), offload.place(k + 1, stream);
  EXPECT(arena.high_water() == 3 * 1024);
  EXPECT_ERROR((offload.begin(24, arena.alloc(DType::f32, {257}), arena), 0), "native/arena-exhausted");
}

}  // namespace
}  // namespace sidestep
