#pragma once
#include <vector>

#include "core/stream.h"
#include "ops/event.h"
#include "training/micro_step.h"

namespace sidestep {

/// What a step leaves on the device for the host: the losses of its micro-batches and the norms of its gradients, read in one
/// transfer when the step's update has been queued. That is the step's one wait for a card.
class StepFigures {
 public:
  struct Size {
    int64_t micro_steps = 0, batch_size = 0, parameters = 0;
  };
  StepFigures(const Size& size, Device device);

  struct Views {
    Tensor squares;        ///< [parameters] f64: sum of squares of each gradient
    Tensor nonfinite;      ///< [parameters] i64: NaN and Inf in each
    Tensor losses;         ///< [micro_steps] f32
    Tensor sample_losses;  ///< [micro_steps, batch_size] f32
  };
  const Views& on_device() const { return on_device_; }
  Tensor factor() const { return factor_.tensor(); }    ///< [1] f32: of the gradients, for ops alone
  Tensor proceed() const { return proceed_.tensor(); }  ///< [1] u8: whether the update is made, for ops alone

  /// A new step: its micro-batches come one by one, each of so many samples.
  void begin() { samples_.clear(); }
  UnreadLosses next(int64_t samples);
  ConstTensor used_losses() const { return on_device_.losses.slice(0, 0, static_cast<int64_t>(samples_.size())); }

  /// What the micro-batches of this step were, in order.
  struct Losses {
    double loss = 0;
    std::vector<double> per_sample{};
  };
  struct Read {
    Views norms;  ///< on the host, until the next `read`
    std::vector<Losses> micro_steps;
  };
  /// `send` queues the copy of what this step left so far; `receive` waits for it and no further. In between the next step may
  /// begin.
  void send(Stream& stream);
  Read receive(Stream& stream) const;
  Read read(Stream& stream) {
    send(stream);
    return receive(stream);
  }

 private:
  Views views(const Storage& block) const;

  Size size_;
  Storage block_, host_, factor_, proceed_;
  Views on_device_;
  std::vector<int64_t> samples_, sent_samples_;
  Event sent_;
};

}  // namespace sidestep
