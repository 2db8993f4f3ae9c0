#include "training/batch_upload.h"

#include <cstring>
#include <vector>

#include "ops/elementwise.h"
#include "ops/transfer.h"
#include "testing/fake_cuda_order.h"
#include "testing/test.h"

namespace sidestep {
namespace {

/// A batch whose latents hold this value, in the pool's memory.
Batch batch_of(float value, int64_t frames, const Staging& staging) {
  Batch batch;
  batch.target_latents = staging.take(DType::f32, {1, frames, 4});
  batch.context_latents = staging.take(DType::f32, {1, frames, 8});
  batch.encoder_hidden_states = staging.take(DType::f32, {1, 3, 5});
  batch.frames = {frames};
  batch.tokens = {3};
  for (const Storage* s : {&batch.target_latents, &batch.context_latents, &batch.encoder_hidden_states})
    std::fill_n(s->tensor().data<float>(), s->tensor().numel(), value);
  return batch;
}

/// What a pass does with a batch: waits for it, reads it, says so. Adds its first and last number to `sum`.
void read_ends(const Batch& batch, const Storage& sum, Stream& stream) {
  if (batch.passage) batch.passage->arrived.hold(stream);
  const auto add_in = [&](const ConstTensor& t) {
    const ConstTensor flat = t.reshape({t.numel()});
    for (const int64_t at : {int64_t{0}, t.numel() - 1})
      add({.a = sum.view(), .b = flat.slice(0, at, at + 1), .y = sum.tensor()}, stream);
  };
  for (const Storage* s : {&batch.target_latents, &batch.context_latents, &batch.encoder_hidden_states}) add_in(s->view());
  if (batch.passage) batch.passage->read.record(stream);
}

TEST("batch upload: batches of all lengths arrive whole, the host being ahead of the card by any number of them") {
  for (const char* order : testing::kOrders) {
    const testing::FakeCudaOrder chosen(order);
    Stream stream(testing::device_under_test());
    const Staging staging(stream.device());
    const BatchUpload upload(stream.device(), BatchUpload::bytes_of(batch_of(0, 40, staging)));
    const Storage sum(DType::f32, {1}, stream.device());
    float expected = 0;
    Batch next = upload.send(batch_of(1, 40, staging));
    for (int i = 1; i <= 7; ++i) {
      const Batch batch = std::move(next);
      next = upload.send(batch_of(static_cast<float>(i + 1), 40 - 5 * i, staging));
      read_ends(batch, sum, stream);
      expected += 6 * static_cast<float>(i);
    }
    EXPECT(to_host(sum.view(), stream).view().data<float>()[0] == expected);
  }
}

TEST("batch upload: two blocks are used in turn; on the CPU a batch stays where it is") {
  Stream stream(testing::device_under_test());
  const Staging staging(stream.device());
  const Batch first = batch_of(1, 10, staging);
  const BatchUpload upload(stream.device(), BatchUpload::bytes_of(first));
  const void* where[4];
  for (const void*& address : where) {
    const Batch sent = upload.send(first);
    address = sent.target_latents.view().raw();
    EXPECT(sent.target_latents.view().device() == stream.device());
    EXPECT(sent.frames == first.frames);
  }
  const bool card = stream.device().kind == DeviceKind::cuda;
  EXPECT((where[0] == first.target_latents.view().raw()) == !card);
  EXPECT((where[0] != where[1]) == card);
  EXPECT(where[0] == where[2] && where[1] == where[3]);
  EXPECT(BatchUpload::planned_bytes(DeviceKind::cpu, first) == 0);
  EXPECT(BatchUpload::planned_bytes(DeviceKind::cuda, first) == 2 * BatchUpload::bytes_of(first));
}

TEST("batch upload: what was not planned for is still brought") {
  Stream stream(testing::device_under_test());
  const Staging staging(stream.device());
  const BatchUpload upload(stream.device(), 1);
  const Storage sum(DType::f32, {1}, stream.device());
  std::vector<Batch> held;
  for (int i = 0; i < 4; ++i) held.push_back(upload.send(batch_of(1, 10, staging)));
  for (const Batch& batch : held) read_ends(batch, sum, stream);
  EXPECT(to_host(sum.view(), stream).view().data<float>()[0] == 24);
}

}  // namespace
}  // namespace sidestep
