#pragma once
// Written from schema/stage.{train,estimate,generate}.schema.json by `npm run generate`.
#include <cstdint>
#include <string_view>

namespace sidestep::defaults {
namespace train {
inline constexpr std::string_view mode = "fixed";
inline constexpr std::string_view base_precision = "auto";
inline constexpr double cfg_dropout = 0.15;
inline constexpr std::string_view loss_weighting = "none";
inline constexpr double snr_gamma = 5;
inline constexpr std::string_view padding = "masked";
inline constexpr int64_t batch_size = 1;
inline constexpr int64_t gradient_accumulation_steps = 4;
inline constexpr std::string_view partial_accumulation = "mean";
inline constexpr int64_t epochs = 100;
inline constexpr int64_t dataset_repeats = 1;
inline constexpr std::string_view shuffle = "epoch";
inline constexpr double max_grad_norm = 1;
inline constexpr int64_t seed = 42;
inline constexpr std::string_view precision = "auto";
inline constexpr double ema_decay = 0;
inline constexpr int64_t max_nonfinite_steps = 10;
namespace adapter {
namespace lora {
inline constexpr int64_t rank = 64;
inline constexpr double alpha = 128;
inline constexpr double dropout = 0.1;
inline constexpr std::string_view bias = "none";
inline constexpr bool rs_lora = false;
inline constexpr const char* const target_modules[] = {"q_proj", "k_proj", "v_proj", "o_proj"};
inline constexpr std::string_view attention_type = "both";
inline constexpr bool target_mlp = false;
namespace selection {
inline constexpr std::string_view use = "modules";
}  // namespace selection
}  // namespace lora
namespace dora {
inline constexpr int64_t rank = 64;
inline constexpr double alpha = 128;
inline constexpr double dropout = 0.1;
inline constexpr std::string_view bias = "none";
inline constexpr bool rs_lora = false;
inline constexpr const char* const target_modules[] = {"q_proj", "k_proj", "v_proj", "o_proj"};
inline constexpr std::string_view attention_type = "both";
inline constexpr bool target_mlp = false;
namespace selection {
inline constexpr std::string_view use = "modules";
}  // namespace selection
}  // namespace dora
namespace lokr {
inline constexpr int64_t rank = 64;
inline constexpr double alpha = 128;
inline constexpr int64_t factor = -1;
inline constexpr bool decompose_both = false;
inline constexpr bool full_matrix = false;
inline constexpr bool use_tucker = false;
inline constexpr bool use_scalar = false;
inline constexpr bool weight_decompose = false;
inline constexpr std::string_view scope = "targets";
inline constexpr const char* const target_modules[] = {"q_proj", "k_proj", "v_proj", "o_proj"};
inline constexpr std::string_view attention_type = "both";
inline constexpr bool target_mlp = false;
namespace selection {
inline constexpr std::string_view use = "modules";
}  // namespace selection
}  // namespace lokr
namespace loha {
inline constexpr int64_t rank = 64;
inline constexpr double alpha = 128;
inline constexpr bool use_tucker = false;
inline constexpr bool use_scalar = false;
inline constexpr bool weight_decompose = false;
inline constexpr std::string_view scope = "targets";
inline constexpr const char* const target_modules[] = {"q_proj", "k_proj", "v_proj", "o_proj"};
inline constexpr std::string_view attention_type = "both";
inline constexpr bool target_mlp = false;
namespace selection {
inline constexpr std::string_view use = "modules";
}  // namespace selection
}  // namespace loha
namespace oft {
inline constexpr int64_t block_size = 64;
inline constexpr bool coft = false;
inline constexpr double eps = 0.00006;
inline constexpr bool block_share = false;
inline constexpr std::string_view cayley = "neumann";
inline constexpr int64_t cayley_terms = 5;
inline constexpr const char* const target_modules[] = {"q_proj", "k_proj", "v_proj", "o_proj"};
inline constexpr std::string_view attention_type = "both";
inline constexpr bool target_mlp = false;
namespace selection {
inline constexpr std::string_view use = "modules";
}  // namespace selection
}  // namespace oft
}  // namespace adapter
namespace timestep {
inline constexpr std::string_view law = "auto";
inline constexpr double adaptive_ratio = 0;
}  // namespace timestep
namespace optimizer {
namespace adamw {
inline constexpr double learning_rate = 0.0001;
inline constexpr double weight_decay = 0.01;
inline constexpr double betas[] = {0.9, 0.999};
inline constexpr double eps = 1e-8;
}  // namespace adamw
namespace adamw8bit {
inline constexpr double learning_rate = 0.0001;
inline constexpr double weight_decay = 0.01;
inline constexpr double betas[] = {0.9, 0.999};
inline constexpr double eps = 1e-8;
}  // namespace adamw8bit
namespace adafactor {
inline constexpr double learning_rate = 0.0001;
inline constexpr double weight_decay = 0.01;
inline constexpr double decay_rate = -0.8;
inline constexpr double clip_threshold = 1;
inline constexpr double eps = 1e-30;
}  // namespace adafactor
namespace prodigy {
inline constexpr double learning_rate = 1;
inline constexpr double weight_decay = 0.01;
inline constexpr double betas[] = {0.9, 0.99};
inline constexpr double eps = 1e-8;
inline constexpr double d0 = 0.000001;
inline constexpr double d_coef = 1;
inline constexpr bool use_bias_correction = true;
inline constexpr bool safeguard_warmup = true;
}  // namespace prodigy
}  // namespace optimizer
namespace schedule {
namespace cosine {
inline constexpr int64_t warmup_steps = 100;
inline constexpr double warmup_start_factor = 0.1;
inline constexpr double floor_factor = 0.01;
}  // namespace cosine
namespace cosine_restarts {
inline constexpr int64_t warmup_steps = 100;
inline constexpr double warmup_start_factor = 0.1;
inline constexpr double floor_factor = 0.01;
inline constexpr int64_t n_restarts = 4;
}  // namespace cosine_restarts
namespace linear {
inline constexpr int64_t warmup_steps = 100;
inline constexpr double warmup_start_factor = 0.1;
inline constexpr double floor_factor = 0.01;
}  // namespace linear
namespace constant {
inline constexpr int64_t warmup_steps = 100;
inline constexpr double warmup_start_factor = 0.1;
}  // namespace constant
namespace constant_with_warmup {
inline constexpr int64_t warmup_steps = 100;
inline constexpr double warmup_start_factor = 0.1;
}  // namespace constant_with_warmup
namespace custom {
inline constexpr int64_t warmup_steps = 100;
inline constexpr double warmup_start_factor = 0.1;
}  // namespace custom
}  // namespace schedule
namespace gradient_checkpointing {
inline constexpr bool enabled = true;
inline constexpr bool offload = false;
}  // namespace gradient_checkpointing
namespace crop {
inline constexpr std::string_view start = "coverage";
inline constexpr int64_t decay_every_epochs = 10;
}  // namespace crop
namespace validation {
inline constexpr double fraction = 0;
inline constexpr int64_t every_epochs = 1;
inline constexpr double timesteps[] = {0.1, 0.3, 0.5, 0.7, 0.9};
inline constexpr int64_t draws = 1;
inline constexpr int64_t seed = 1234;
}  // namespace validation
namespace target_loss {
inline constexpr double loss = 0;
inline constexpr double floor = 0.01;
inline constexpr int64_t warmup_steps = 50;
inline constexpr double smoothing = 0.98;
}  // namespace target_loss
}  // namespace train
namespace estimate {
inline constexpr std::string_view method = "gradient";
inline constexpr std::string_view granularity = "module";
inline constexpr std::string_view attention_type = "both";
inline constexpr const char* const target_modules[] = {"q_proj", "k_proj", "v_proj", "o_proj"};
inline constexpr bool target_mlp = false;
inline constexpr int64_t batch_size = 1;
inline constexpr int64_t top_k = 16;
inline constexpr double cfg_dropout = 0.15;
inline constexpr double timestep_range[] = {0, 1};
inline constexpr std::string_view precision = "auto";
inline constexpr int64_t seed = 42;
namespace fisher {
inline constexpr int64_t convergence_patience = 5;
inline constexpr std::string_view out_of_memory = "fail";
inline constexpr int64_t base_rank = 64;
inline constexpr int64_t min_rank = 16;
inline constexpr int64_t max_rank = 128;
inline constexpr int64_t rank_multiple = 8;
inline constexpr double energy = 0.95;
inline constexpr double select_share = 0.55;
inline constexpr double min_category_share = 0.1;
}  // namespace fisher
}  // namespace estimate
namespace generate {
inline constexpr std::string_view guidance = "apg";
inline constexpr double interval[] = {0, 1};
inline constexpr std::string_view method = "ode";
inline constexpr std::string_view solver = "euler";
inline constexpr double velocity_norm_threshold = 0;
inline constexpr double velocity_ema_factor = 0;
namespace dcw {
inline constexpr std::string_view mode = "double";
inline constexpr double scaler = 0.05;
inline constexpr double high_scaler = 0.02;
}  // namespace dcw
}  // namespace generate
}  // namespace sidestep::defaults
