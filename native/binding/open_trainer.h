#pragma once
#include "binding/engine.h"
#include "binding/trainer_setup.h"
#include "training/trainer.h"

namespace sidestep::binding {

/// What a handle of the kind "trainer" stands for.
struct OpenTrainer : Engine {
  static constexpr const char* kKind = "trainer";

  explicit OpenTrainer(const Json& params) : Engine(params), trainer(trainer_setup(params), stream) {}
  Trainer trainer;
};

}  // namespace sidestep::binding
