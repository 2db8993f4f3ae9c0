#include "ops/unused_memory.h"

#include "ops/card_overhead.h"
#include "ops/gemm.h"
#include "testing/fake_card.h"
#include "testing/test.h"

namespace sidestep {
namespace {

/// A product on a card, whose operands lie there.
struct Product {
  explicit Product(Device device)
      : a(DType::bf16, {64, 64}, device), b(DType::bf16, {64, 64}, device), c(DType::bf16, {64, 64}, device) {}
  void run(Stream& stream) const {
    gemm({.a = a.view(), .b = b.view(), .c = c.tensor()}, stream);
    stream.synchronize();
  }
  Storage a, b, c;
};

TEST("unused memory: a workspace of products goes back when it is asked for, and with its stream") {
  if (!testing::on_fake_card()) return;
  const Device device = testing::device_under_test();
  const size_t workspace = testing::keeps_workspaces(device) ? kWorkspaceBytes : 0;
  const size_t before = testing::used_bytes(device);
  {
    const Product product(device);
    const size_t operands = testing::used_bytes(device);
    Stream first(device, std::make_shared<ThreadPool>(1));
    const auto others = [&] { return testing::used_bytes(device) - operands; };
    product.run(first);
    EXPECT(others() == workspace);
    {
      Stream second(device, std::make_shared<ThreadPool>(1));
      product.run(second);
      EXPECT(others() == 2 * workspace);
    }
    EXPECT(others() == workspace);
    free_unused_memory(device);
    EXPECT(others() == 0);
    product.run(first);
    EXPECT(others() == workspace);
  }
  EXPECT(testing::used_bytes(device) == before);
}

}  // namespace
}  // namespace sidestep
