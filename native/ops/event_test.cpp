#include "ops/event.h"

#include <cstring>
#include <string>

#include "core/memory.h"
#include "ops/cuda_plugin.h"
#include "ops/elementwise.h"
#include "ops/transfer.h"
#include "testing/fake_cuda_order.h"
#include "testing/test.h"

// On the CPU every op has finished when its call returns; `sidestep_tests --device fake-cuda` and `--device cuda` have queues.
namespace sidestep {
namespace {

/// One number goes up on its own queue, again and again from the same page-locked memory, and is added up on another.
struct Relay {
  Stream copies{testing::device_under_test()}, work{testing::device_under_test()};
  Storage host{allocate_staging(work.device(), sizeof(float)), DType::f32, {1}};
  Storage landing{DType::f32, {1}, work.device()}, sum{DType::f32, {1}, work.device()};
  Event arrived{work.device()}, read{work.device()};
  enum class Waits : uint8_t { all, not_for_arrival, not_for_reading, not_on_the_host };
  Waits waits = Waits::all;

  void send(float value) {
    if (waits != Waits::not_on_the_host) arrived.wait();
    host.tensor().data<float>()[0] = value;
    if (waits != Waits::not_for_reading) read.hold(copies);
    transfer({host.view(), landing.tensor()}, copies);
    arrived.record(copies);
    if (waits != Waits::not_for_arrival) arrived.hold(work);
    add({.a = sum.view(), .b = landing.view(), .y = sum.tensor()}, work);
    read.record(work);
  }
  float total() {
    for (int i = 1; i <= 4; ++i) send(static_cast<float>(i));
    copies.synchronize();
    return to_host(sum.view(), work).view().data<float>()[0];
  }
};

float total_of(Relay::Waits waits) {
  Relay relay;
  relay.waits = waits;
  return relay.total();
}

TEST("event: what waits for it finds what was queued before it, whatever the order of everything else") {
  for (const char* order : testing::kOrders) {
    const testing::FakeCudaOrder chosen(order);
    EXPECT(total_of(Relay::Waits::all) == 10);
  }
}

TEST("event: on a fake card a wait that is missing shows in the numbers") {
  if (testing::device_under_test().kind != DeviceKind::cuda) return;
  if (std::strstr(cuda_plugin().describe(0).name, "fake CUDA") == nullptr) return;  // a real one may be lucky
  const auto found = [](Relay::Waits waits, const char* order) {
    const testing::FakeCudaOrder chosen(order);
    return total_of(waits);
  };
  EXPECT(found(Relay::Waits::not_for_arrival, "late_copies") != 10);
  EXPECT(found(Relay::Waits::not_on_the_host, "late") != 10);
  EXPECT(found(Relay::Waits::not_for_reading, "late_work") != 10);
}

TEST("event: before it is recorded no one waits") {
  Stream stream(testing::device_under_test());
  Event never(stream.device());
  never.wait();
  never.hold(stream);
  stream.synchronize();
}

TEST("stream: the host's waits are counted, bytes from the device among them") {
  Stream stream(testing::device_under_test());
  const Storage one(DType::f32, {1}, stream.device());
  const int64_t a_wait = stream.device().kind == DeviceKind::cuda ? 1 : 0;
  fill({one.tensor(), 1}, stream);
  EXPECT(stream.waits() == 0);
  to_host(one.view(), stream);
  EXPECT(stream.waits() == a_wait);
  stream.synchronize();
  EXPECT(stream.waits() == 2 * a_wait);
}

}  // namespace
}  // namespace sidestep
