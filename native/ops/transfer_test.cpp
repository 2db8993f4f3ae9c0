#include "ops/transfer.h"

#include "ops/op_testing.h"

namespace sidestep::testing {
namespace {

TEST("transfer: the same bytes, in every dtype, one element and none included") {
  Stream stream = cpu_stream(1);
  for (const Shape& shape : {Shape{}, Shape{0}, Shape{1}, Shape{3, 5}, Shape{7, 131}})
    for (const DType dtype : {DType::f32, DType::bf16, DType::f16, DType::f64}) {
      const Storage src = random_tensor(shape, 1, dtype), dst = random_tensor(shape, 2, dtype);
      transfer({src.view(), dst.tensor()}, stream);
      EXPECT(same_bytes(src.view(), dst.view()));
      const Storage host = to_host(src.view(), stream);
      EXPECT(same_bytes(src.view(), host.view()) && (shape.numel() == 0 || host.view().raw() != src.view().raw()));
    }
}

TEST("transfer: other shapes, dtypes and strided views are refused") {
  Stream stream = cpu_stream(1);
  const Storage a(DType::f32, {4, 6}), b(DType::f32, {6, 4}), c(DType::f16, {4, 6});
  EXPECT_ERROR(transfer({a.view(), b.tensor()}, stream), "native/shape-mismatch");
  EXPECT_ERROR(transfer({a.view(), c.tensor()}, stream), "native/dtype-mismatch");
  EXPECT_ERROR(transfer({a.view().transposed(0, 1), b.tensor()}, stream), "native/layout-mismatch");
}

}  // namespace
}  // namespace sidestep::testing
