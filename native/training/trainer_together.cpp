#include <algorithm>
#include <cmath>
#include <cstring>

#include "core/error.h"
#include "core/version.h"
#include "ops/instruction_set.h"
#include "ops/transfer.h"
#include "training/trainer_state.h"

namespace sidestep {

namespace {

/// FNV-1a, 64 bits: to distinguish runs, not to resist adversaries.
uint64_t fnv1a(const std::string& text) {
  uint64_t hash = 0xCBF29CE484222325;
  for (const char c : text) hash = (hash ^ static_cast<uint8_t>(c)) * 0x100000001B3;
  return hash;
}

std::string numbers_text(const std::vector<double>& values) {
  return {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(double)};
}

Bytes to_bytes(ConstTensor device_tensor, Stream& stream) {
  const Storage host = to_host(device_tensor, stream);
  const auto* first = static_cast<const std::byte*>(host.view().raw());
  return {first, first + host.view().bytes()};
}

Bytes to_bytes(const std::vector<double>& values) {
  const auto* first = reinterpret_cast<const std::byte*>(values.data());
  return {first, first + values.size() * sizeof(double)};
}

std::vector<double> to_numbers(const Bytes& bytes) {
  std::vector<double> values(bytes.size() / sizeof(double));
  std::memcpy(values.data(), bytes.data(), values.size() * sizeof(double));
  return values;
}

}  // namespace

/// All that must be alike so that every rank does the same to the same numbers.
std::string Trainer::State::identity() const {
  std::string text = run.setup.options.dump();
  for (const auto* list : {&run.files.samples, &run.files.validation})
    for (const SampleHeader& s : *list) text += numbers_text({static_cast<double>(s.frames), static_cast<double>(s.tokens)});
  const std::string device = stream.device().kind == DeviceKind::cpu ? cpu::arithmetic() : "a card";
  return "numerics " + std::to_string(kNumericsVersion) + ", " + device + ", " +
         std::string(dtype_name(run.setup.compute_dtype)) + ", run " + std::to_string(fnv1a(text));
}

std::string Trainer::join(std::shared_ptr<Ring> ring) {
  State& s = *state_;
  s.team = std::make_unique<Team>(std::move(ring), *s.adapters, s.stream);
  s.wait_for_device();
  s.queued_next.reset();
  s.batches.drop_pending();
  s.batches.share(s.team->place());
  s.team->compare(s.identity());
  return s.team->link_cards();
}

/// Sends the others what comes next; before it, this run's state, if they do not have it.
void Trainer::State::lead(Team::Command command) {
  if (!others_know && command != Team::Command::finish) {
    team->send_command(Team::Command::state);
    send_state();
    others_know = true;
  }
  team->send_command(command);
}

void Trainer::State::send_state() {
  uint64_t part = 0;
  for (const NamedDeviceTensor& t : saved_tensors()) team->send_part(part++, to_bytes(t.tensor, stream));
  for (const NamedNumbers& n : saved_numbers()) team->send_part(part++, to_bytes(n.values));
}

void Trainer::State::receive_state() {
  uint64_t part = 0;
  for (const NamedDeviceTensor& t : saved_tensors()) {
    const SharedBytes bytes = team->receive_part(part++);
    if (bytes->size() != t.tensor.bytes()) throw Error("train/ranks-differ", t.name + " has another size on rank 0");
    transfer({ConstTensor(bytes->data(), t.tensor.dtype(), t.tensor.shape()), t.tensor}, stream);
  }
  std::map<std::string, std::vector<double>> received;
  for (const NamedNumbers& n : saved_numbers()) received[n.name] = to_numbers(*team->receive_part(part++));
  optimizer->set_scalars(received.at("run/optimizer"));
  set_numbers([&](const std::string& name) { return received.at(name); });
  adapters->refresh(work());
  batches.reset();
}

Trainer::Followed Trainer::follow() {
  State& s = *state_;
  switch (s.team->receive_command()) {
    case Team::Command::state: s.receive_state(); break;
    case Team::Command::step: s.step_within_memory(); break;
    case Team::Command::validate: s.validate(); break;
    case Team::Command::finish: s.team->leave_cards(); return Followed::finish;
  }
  return Followed::command;
}

void Trainer::finish_ranks() {
  if (!state_->team) return;
  state_->lead(Team::Command::finish);
  state_->team->leave_cards();
}

/// The passes of a micro-batch. Where this rank's card is out of memory they are taken again with less kept, from the same
/// numbers; the other ranks notice no more than that it takes longer.
MicroStep Trainer::State::run_within_memory(const MicroBatch& micro, const Draws& draws,
                                            const std::function<void(const MicroResult&)>& on_loss) {
  for (;;) {
    MicroStep step = micro_step(micro, draws);
    step.recordings = nullptr;  // a recorded pass cannot wait for another rank
    step.on_loss = on_loss;
    try {
      run_micro_step(step, work());
      return step;
    } catch (const Error& refused) {
      if (!is_shortage(refused) || !team->begin_micro_again() || !memory.keep_less()) throw;
      memory.forget_shortage();
    }
  }
}

/// A micro-batch that is this rank's.
void Trainer::State::compute_share(MicroBatch& micro, StepReport& report, int64_t& good) {
  stream.throw_if_cancelled();
  const int64_t within = micro.index - progress.first_micro();
  if (progress.draws_by_losses(micro.occurrences, batches.micro_step(micro.index))) add_outcomes(within, report, good);
  const Draws draws = progress.draw(micro.batch, micro.occurrences, batches.micro_step(micro.index));
  MicroOutcome outcome{.timesteps = draws.t, .sample_names = micro.batch.names};
  bool told = false;
  const auto on_loss = [&](const MicroResult& result) {
    if (std::exchange(told, true)) return;  // passes that are taken again have the same loss
    outcome.loss = result.loss;
    outcome.sample_losses = result.per_sample;
    team->send_outcome(within, outcome);
  };
  team->begin_micro(within, progress.last_micro() - progress.first_micro());
  const MicroStep step = run_within_memory(micro, draws, on_loss);
  // Before the sums go on: who is to take them may wait for it.
  if (!std::isfinite(outcome.loss)) team->send_diagnosis(within, diagnose(micro, step, outcome.sample_losses));
  team->finish_micro();
}

void Trainer::State::add_outcomes(int64_t before, StepReport& report, int64_t& good) {
  while (team->next_outcome() < before) progress.add_outcome(team->receive_outcome(), report, good);
}

/// A step whose micro-batches go round the ranks. Everything but their passes happens on every rank, in the same order.
StepReport Trainer::State::step_with_ranks() {
  StepReport report = progress.begun_report();
  int64_t good = 0;
  team->begin_update();
  adapters->zero_gradients(stream);
  for (int64_t index = progress.first_micro(); index < progress.last_micro(); ++index) {
    MicroBatch micro = batches.next(index);
    if (batches.computes(index)) compute_share(micro, report, good);
  }
  const int64_t micros = progress.last_micro() - progress.first_micro();
  team->receive_sum(micros);
  add_outcomes(micros, report, good);
  team->wait_for_cards();
  return finish_step(std::move(report), good);
}

}  // namespace sidestep
