#include "training/staging.h"

#include <thread>

#include "testing/test.h"

namespace sidestep {
namespace {

TEST("staging: memory comes back and is lent again; what is too small makes way") {
  const Staging staging(Device{});
  const auto address_of = [&](int64_t floats) { return staging.take(DType::f32, {floats}).view().raw(); };
  const void* first = address_of(100);
  EXPECT(address_of(60) == first);
  const Storage held = staging.take(DType::f32, {100});
  EXPECT(held.view().raw() == first);
  EXPECT(address_of(100) != first);  // lent: another one
  const void* larger = address_of(200);
  EXPECT(address_of(150) == larger);
}

TEST("staging: two threads never share a buffer, and buffers may outlive the pool") {
  Storage survivor;
  {
    const Staging staging(Device{});
    const auto fill = [staging](float value) {
      for (int i = 0; i < 500; ++i) {
        const Storage mine = staging.take(DType::f32, {64});
        float* data = mine.tensor().data<float>();
        for (int k = 0; k < 64; ++k) data[k] = value;
        for (int k = 0; k < 64; ++k) EXPECT(data[k] == value);
      }
    };
    std::thread other([&] { fill(2); });
    fill(1);
    other.join();
    survivor = staging.take(DType::f32, {8});
  }
  survivor.tensor().data<float>()[7] = 1;
  EXPECT(survivor.view().data<float>()[7] == 1);
}

}  // namespace
}  // namespace sidestep
