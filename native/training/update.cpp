#include "training/update.h"

#include <algorithm>
#include <cmath>

#include "ops/optimizer.h"
#include "ops/transfer.h"

namespace sidestep {

namespace {

struct Norms {
  std::vector<double> squares;  ///< of each parameter's gradient
  std::vector<int64_t> nonfinite;
};

std::vector<ConstTensor> gradients_of(const AdapterSet& adapters) {
  std::vector<ConstTensor> gradients;
  for (const Parameter& p : adapters.parameters()) gradients.push_back(p.grad);
  return gradients;
}

Norms gradient_norms(const AdapterSet& adapters, Workspace work) {
  const Arena::Scope scope(work.arena);
  const auto count = static_cast<int64_t>(adapters.parameters().size());
  const Tensor squares = work.arena.alloc(DType::f64, {count}), nonfinite = work.arena.alloc(DType::i64, {count});
  squared_norm({gradients_of(adapters), squares, nonfinite}, work.stream);
  const Storage host_squares = to_host(squares, work.stream), host_nonfinite = to_host(nonfinite, work.stream);
  const auto* s = host_squares.view().data<double>();
  const auto* n = host_nonfinite.view().data<int64_t>();
  return {{s, s + count}, {n, n + count}};
}

/// Parameters of one module lie together, so their sums do too.
std::vector<double> module_norms(const AdapterSet& adapters, const std::vector<double>& squares, double factor) {
  std::vector<double> norms;
  size_t next = 0;
  for (const AdapterSet::Module& module : adapters.modules()) {
    double sum = 0;
    for (size_t i = 0; i < module.adapter->trained().size(); ++i) sum += squares[next++];
    norms.push_back(std::sqrt(sum) * factor);
  }
  return norms;
}

void scale_gradients(const AdapterSet& adapters, ScaleAll by, Stream& stream) {
  for (const Parameter& p : adapters.parameters()) by.tensors.push_back(p.grad);
  scale_all(by, stream);
}

UpdateResult judge(const Update& update, const Norms& norms) {
  UpdateResult result{.learning_rate = update.learning_rate};
  double total = 0;
  for (const double square : norms.squares) total += square;
  result.grad_norm = std::sqrt(total) * update.grad_factor;
  result.module_norms = module_norms(update.adapters, norms.squares, update.grad_factor);
  const auto bad = std::find_if(norms.nonfinite.begin(), norms.nonfinite.end(), [](int64_t n) { return n != 0; });
  if (bad == norms.nonfinite.end()) return result;
  result.kind = UpdateResult::Kind::skipped;
  result.first_bad = update.adapters.parameters()[static_cast<size_t>(bad - norms.nonfinite.begin())].name;
  return result;
}

}  // namespace

UpdateResult apply_update(const Update& update, Workspace work) {
  const UpdateResult result = judge(update, gradient_norms(update.adapters, work));
  if (result.kind == UpdateResult::Kind::skipped) {
    update.adapters.zero_gradients(work.stream);
    return result;
  }
  const double clip = update.max_grad_norm > 0 ? std::min(1.0, update.max_grad_norm / (result.grad_norm + 1e-6)) : 1.0;
  const auto factor = static_cast<float>(clip * update.grad_factor);
  if (clip * update.grad_factor != 1) scale_gradients(update.adapters, {.factor = factor}, work.stream);
  update.optimizer.step(update.learning_rate, work.stream);
  update.adapters.zero_gradients(work.stream);
  update.adapters.refresh(work);
  return result;
}

void queue_update(const Update& update, const StepFigures& figures, Workspace work) {
  const StepFigures::Views& on_device = figures.on_device();
  squared_norm({gradients_of(update.adapters), on_device.squares, on_device.nonfinite}, work.stream);
  update_gate({.squares = on_device.squares,
               .nonfinite = on_device.nonfinite,
               .losses = figures.used_losses(),
               .factor = figures.factor(),
               .proceed = figures.proceed(),
               .max_norm = update.max_grad_norm,
               .gain = update.grad_factor},
              work.stream);
  const bool scales = update.optimizer.scales();
  if (!scales) scale_gradients(update.adapters, {.device_factor = figures.factor()}, work.stream);
  update.optimizer.step(update.learning_rate,
                        {.proceed = figures.proceed(), .factor = scales ? ConstTensor(figures.factor()) : ConstTensor()},
                        work.stream);
  update.adapters.zero_gradients(work.stream);
  update.adapters.refresh(work);
}

UpdateResult judge(const Update& update, const StepFigures::Views& read) {
  const int64_t count = read.squares.numel();
  const auto* s = read.squares.data<double>();
  const auto* n = read.nonfinite.data<int64_t>();
  return judge(update, Norms{{s, s + count}, {n, n + count}});
}

}  // namespace sidestep
