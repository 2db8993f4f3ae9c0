#include "bench/training_request.h"

#include "bench/stream.h"
#include "core/error.h"

namespace sidestep::bench {

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
  if (checkpointing == "on") request.kept = recompute_share(request.model.stack.num_layers(), 1);
  return request;
}

}  // namespace sidestep::bench
