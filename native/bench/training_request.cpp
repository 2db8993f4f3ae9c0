#include "bench/training_request.h"

#include "bench/stream.h"
#include "core/error.h"

namespace sidestep::bench {

PlanRequest training_request(const Arguments& arguments, DType dtype) {
  const std::string checkpointing = arguments.text_or("checkpointing", "on");
  if (checkpointing != "on" && checkpointing != "off")
    throw Error("bench/usage", "Expected --checkpointing on or off but found " + checkpointing);
  PlanRequest request{.model = dit_config(config_of(arguments)), .compute_dtype = dtype};
  request.adapter.rank = arguments.count_or("rank", 16);
  request.adapter.alpha = 2 * static_cast<double>(request.adapter.rank);
  request.batch_size = arguments.count_or("batch", 1);
  request.frames = arguments.count_or("latents", 1500);
  request.tokens = arguments.count_or("condition", 256);
  request.gradient_checkpointing = checkpointing == "on" ? 1 : 0;
  return request;
}

}  // namespace sidestep::bench
