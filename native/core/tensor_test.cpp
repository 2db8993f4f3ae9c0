#include "core/tensor.h"

#include <cmath>
#include <cstring>

#include "core/arena.h"
#include "testing/test.h"

namespace {

using namespace sidestep;

TEST("shape: prints, compares and counts") {
  EXPECT(Shape({2, 750, 2048}).to_string() == "[2, 750, 2048]");
  EXPECT(Shape({2, 3}).numel() == 6 && Shape().numel() == 1 && Shape({4, 0, 2}).numel() == 0);
  EXPECT(Shape({2, 3}) == Shape({2, 3}) && !(Shape({2, 3}) == Shape({3, 2})) && !(Shape({2}) == Shape({2, 1})));
  EXPECT(Shape({2, 3, 5})[-1] == 5 && Shape({2, 3, 5})[-3] == 2);
  EXPECT_ERROR(Shape({1, 1, 1, 1, 1, 1, 1}), "native/shape-mismatch");
}

TEST("tensor: views point at the elements they name") {
  float data[24];
  for (int i = 0; i < 24; ++i) data[i] = static_cast<float>(i);
  const Tensor t(data, DType::f32, {2, 3, 4});
  EXPECT(t.contiguous() && t.stride(0) == 12);
  EXPECT(t.select(0, 1).data<float>()[0] == 12 && t.select(0, 1).shape() == Shape({3, 4}));
  EXPECT(t.select(-1, 3).data<float>()[0] == 3 && !t.select(-1, 3).contiguous());
  EXPECT(t.slice(1, 1, 3).data<float>()[0] == 4 && t.slice(1, 1, 3).shape() == Shape({2, 2, 4}));
  EXPECT(t.transposed(1, 2).shape() == Shape({2, 4, 3}) && t.transposed(1, 2).stride(1) == 1);
  EXPECT(t.reshape({6, 4}).stride(0) == 4);
  EXPECT(t.slice(2, 2, 2).numel() == 0);
}

TEST("tensor: views that do not exist are refused") {
  float data[24]{};
  const Tensor t(data, DType::f32, {2, 3, 4});
  EXPECT_ERROR(t.reshape({5, 5}), "native/shape-mismatch");
  EXPECT_ERROR(t.transposed(0, 1).reshape({24}), "native/shape-mismatch");
  EXPECT_ERROR(t.slice(0, 1, 3), "native/shape-mismatch");
  EXPECT_ERROR(t.slice(0, -1, 1), "native/shape-mismatch");
  EXPECT_ERROR(t.slice(0, 2, 1), "native/shape-mismatch");
  EXPECT_ERROR(t.select(1, 3), "native/shape-mismatch");
}

TEST("tensor: an empty one is not given, and stays so as a ConstTensor") {
  const Tensor none;
  EXPECT(!none && !ConstTensor(none));
  EXPECT(static_cast<bool>(Storage(DType::f32, {0}).tensor()));
}

TEST("storage: zero-filled, aligned, shared by copies") {
  const Storage storage(DType::bf16, {3, 5});
  EXPECT(reinterpret_cast<uintptr_t>(storage.view().raw()) % 64 == 0);
  for (int i = 0; i < 15; ++i) EXPECT(storage.view().data<bf16_t>()[i].bits == 0);
  const Storage copy = storage;
  EXPECT(copy.view().raw() == storage.view().raw());
}

TEST("storage: a size that no machine has is out of memory, not a crash") {
  EXPECT_ERROR(Storage(DType::f32, {int64_t{1} << 60}), "native/out-of-memory");
}

TEST("arena: scopes release, the high-water mark stays, tensors are aligned and apart") {
  Arena arena({}, 4096);
  const Tensor first = arena.alloc(DType::f32, {10});
  {
    const Arena::Scope scope(arena);
    const Tensor second = arena.alloc(DType::f32, {100});
    EXPECT(second.data<float>() >= first.data<float>() + 10);
    EXPECT(reinterpret_cast<uintptr_t>(second.raw()) % 256 == 0);
    std::memset(second.raw(), 1, second.bytes());
  }
  EXPECT(arena.used() == 40 && arena.high_water() == 256 + 400);
  EXPECT(arena.alloc(DType::u8, {1}).data<uint8_t>() == static_cast<uint8_t*>(first.raw()) + 256);
}

TEST("arena: more than planned is refused with the numbers") {
  Arena arena({}, 1000);
  EXPECT(arena.alloc(DType::f32, {250}).numel() == 250);
  EXPECT_ERROR(arena.alloc(DType::f32, {1}), "native/arena-exhausted");
}

TEST("arena: a planned run measures what a real one needs") {
  Arena plan({DeviceKind::plan, 0}, 0);
  Arena real({}, 10'000);
  for (Arena* arena : {&plan, &real}) {
    arena->alloc(DType::f32, {7});
    const Arena::Scope scope(*arena);
    arena->alloc(DType::bf16, {13, 3});
    arena->alloc(DType::i64, {5});
  }
  EXPECT(plan.high_water() == real.high_water());
  EXPECT(plan.alloc(DType::f32, {4}).slice(0, 1, 3).raw() == nullptr);
}

TEST("dtype: every half goes to float and back unchanged") {
  for (uint32_t bits = 0; bits < 0x10000; ++bits) {
    const f16_t half{static_cast<uint16_t>(bits)};
    const bool nan = (bits & 0x7c00) == 0x7c00 && (bits & 0x3ff) != 0;
    if (nan)
      EXPECT(std::isnan(to_float(half)));
    else
      EXPECT(to_f16(to_float(half)).bits == bits);
    const bf16_t brain{static_cast<uint16_t>(bits)};
    if ((bits & 0x7f80) != 0x7f80) EXPECT(to_bf16(to_float(brain)).bits == bits);
  }
}

TEST("dtype: halves round to nearest even, overflow to infinity, and keep subnormals") {
  EXPECT(to_f16(1.0F + 0x1p-11F).bits == to_f16(1.0F).bits);            // a tie goes to even
  EXPECT(to_f16(1.0F + 0x3p-11F).bits == to_f16(1.0F + 0x1p-9F).bits);  // the next tie goes up
  EXPECT(to_f16(65519.0F).bits == 0x7bff && to_f16(65520.0F).bits == 0x7c00 && to_f16(-1e9F).bits == 0xfc00);
  EXPECT(to_f16(0x1p-24F).bits == 1 && to_f16(0x1p-25F).bits == 0 && to_f16(0x1.8p-25F).bits == 1);
  EXPECT(to_bf16(1.0F + 0x1p-8F).bits == 0x3f80 && to_bf16(1.0F + 0x3p-8F).bits == 0x3f82);
  EXPECT((to_bf16(std::nanf("")).bits & 0x7fff) > 0x7f80 && (to_f16(std::nanf("")).bits & 0x7fff) > 0x7c00);
}

}  // namespace
