#pragma once
#include <memory>

#include "training/sample.h"

namespace sidestep {

/// Brings batches into a card's memory on a queue of their own, while the card computes on the batch before. Elsewhere a batch
/// stays as it is. Thread-safe.
class BatchUpload {
 public:
  static constexpr size_t kBatches = 2;  ///< one is computed on while the other arrives
  /// Room for so many of at most `batch_bytes` each (`bytes_of`).
  /// Throws native/out-of-memory.
  BatchUpload(Device device, size_t batch_bytes);
  ~BatchUpload();

  /// Queues the copies and returns: the same batch, its latents, context and condition on the card, to be used from
  /// `passage->arrived` on. Its memory is used again when it has no owner left and `passage->read` has passed.
  /// Waits only where the last batch but one in that memory has not arrived yet.
  Batch send(Batch batch) const;

  /// What the tensors of a batch take on a card.
  static size_t bytes_of(const Batch& batch);
  /// What an upload that is ready for this batch holds.
  static size_t planned_bytes(DeviceKind device, const Batch& largest);

 private:
  struct Landing;
  std::shared_ptr<Landing> landing_;  ///< null where batches stay as they are
};

}  // namespace sidestep
