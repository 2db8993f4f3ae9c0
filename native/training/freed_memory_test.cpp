#include <string>

#include "core/memory.h"
#include "ops/card_overhead.h"
#include "ops/gemm.h"
#include "testing/fake_card.h"
#include "testing/variable.h"
#include "training/run_memory.h"
#include "training/trainer_testing.h"

namespace sidestep {
namespace {

using testing::make_stream, testing::on_fake_card, testing::setup_of, testing::Songs, testing::used_bytes, testing::Variable;

TrainerSetup two_steps(const Songs& songs) {
  return setup_of(songs,
                  R"({"adapter": {"type": "lora", "rank": 4}, "epochs": 2, "batch_size": 5, "crop": {"max_latent_length": 15}})");
}

TEST("freed memory: a training that is over, or ends with an error, leaves nothing of itself on its card") {
  if (!on_fake_card()) return;
  const Songs songs;
  const TrainerSetup setup = two_steps(songs);
  const Device device = testing::device_under_test();
  const size_t before = used_bytes(device);
  const auto train = [&](int steps) {
    Stream stream = make_stream(1);
    Trainer trainer(setup, stream);
    for (int step = 0; step < steps; ++step) trainer.step();
    EXPECT(used_bytes(device) >= before + trainer.memory().weights_bytes + trainer.memory().arena_bytes + kReserveBytes);
  };
  train(2);
  EXPECT(used_bytes(device) == before);
  {
    const Variable small("SIDESTEP_CARD_BYTES",
                         std::to_string(before + plan_training(setup).memory.weights_bytes + kReserveBytes));
    EXPECT_ERROR(train(1), "native/out-of-memory");
  }
  EXPECT(used_bytes(device) == before);
}

TEST(
    "freed memory: a card that runs short gets the workspaces of products back before the reserve, and both before it is "
    "refused") {
  if (!on_fake_card()) return;
  const Songs songs;
  const TrainerSetup setup = two_steps(songs);
  Run run(setup, read_run_files(setup));
  Stream stream = make_stream(1);
  const Device device = stream.device();
  const size_t workspace = testing::keeps_workspaces(device) ? kWorkspaceBytes : 0;
  RunMemory memory(run, stream);
  memory.take();
  const Storage a(DType::bf16, {64, 64}, device), c(DType::bf16, {64, 64}, device);
  gemm({.a = a.view(), .b = a.view(), .c = c.tensor()}, stream);
  stream.synchronize();

  const ReliefScope relief = memory.relief();
  const size_t used = used_bytes(device);
  const Variable full("SIDESTEP_CARD_BYTES", std::to_string(used));
  const std::shared_ptr<void> first = workspace > 0 ? allocate(device, workspace) : nullptr;
  EXPECT(used_bytes(device) == used);
  const std::shared_ptr<void> second = allocate(device, kReserveBytes);
  EXPECT(used_bytes(device) == used);
  EXPECT_ERROR(allocate(device, 1), "native/out-of-memory");
  EXPECT(used_bytes(device) == used);
}

}  // namespace
}  // namespace sidestep
