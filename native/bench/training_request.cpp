#include "bench/training_request.h"

#include "bench/stream.h"
#include "core/error.h"

namespace sidestep::bench {

namespace {

BasePrecision base_of(const std::string& name) {
  if (name == "auto") return BasePrecision::as_stored;
  if (name == "8bit") return BasePrecision::blocks;
  if (name == "int8") return BasePrecision::int8;
  if (name == "fp8") return BasePrecision::fp8;
  throw Error("bench/usage", "Expected --base auto, 8bit, int8 or fp8 but found " + name);
}

}  // namespace

PlanRequest training_request(const Arguments& arguments, DType dtype) {
  const std::string checkpointing = arguments.text_or("checkpointing", "auto");
  if (checkpointing != "on" && checkpointing != "off" && checkpointing != "auto")
    throw Error("bench/usage", "Expected --checkpointing on, off or auto but found " + checkpointing);
  PlanRequest request{.model = dit_config(config_of(arguments)), .compute_dtype = dtype};
  request.adapter.rank = arguments.count_or("rank", 16);
  request.adapter.alpha = 2 * static_cast<double>(request.adapter.rank);
  request.batch_size = arguments.count_or("batch", 1);
  request.frames = arguments.count_or("latents", 1500);
  request.tokens = arguments.count_or("condition", 256);
  request.base = base_of(arguments.text_or("base", "auto"));
  if (checkpointing == "on") request.kept = recompute_share(request.model.stack.num_layers(), 1);
  return request;
}

}  // namespace sidestep::bench
