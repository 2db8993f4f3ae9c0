#include "models/model_config.h"

#include <cmath>
#include <functional>

#include "core/error.h"
#include "core/text_file.h"
#include "ops/attention.h"

namespace sidestep {

namespace {

constexpr int64_t kLargestExtent = 1 << 24;  // beyond any model, far below overflow of products of two

[[noreturn]] void invalid(const std::string& key, const std::string& expected, const std::string& found) {
  throw Error("native/config-invalid", "config.json: expected " + key + " to be " + expected + " but found " + found + ".",
              "Check that the folder holds an unmodified checkpoint of this kind.");
}

/// The value of a key, or null where upstream would see its default: absent and null are the same to it.
const Json& value_of(const Json& config, const std::string& key) {
  if (!config.is_object()) invalid("the document", "an object", config.dump());
  return config.get(key);
}

int64_t size_or(const Json& config, const std::string& key, int64_t fallback, int64_t least = 1) {
  const Json& value = value_of(config, key);
  if (value.is_null()) return fallback;
  const std::string expected = "a whole number of at least " + std::to_string(least);
  if (!value.is_number()) invalid(key, expected, value.dump());
  const double number = value.as_number();
  if (number != std::floor(number) || number < static_cast<double>(least) || number > static_cast<double>(kLargestExtent)) {
    invalid(key, expected, value.dump());
  }
  return value.as_int();
}

double positive_or(const Json& config, const std::string& key, double fallback) {
  const Json& value = value_of(config, key);
  if (value.is_null()) return fallback;
  if (!value.is_number() || !(value.as_number() > 0)) invalid(key, "a positive number", value.dump());
  return value.as_number();
}

double number_or(const Json& config, const std::string& key, double fallback) {
  const Json& value = value_of(config, key);
  if (value.is_null()) return fallback;
  if (!value.is_number()) invalid(key, "a number", value.dump());
  return value.as_number();
}

bool flag_or(const Json& config, const std::string& key, bool fallback) {
  const Json& value = value_of(config, key);
  if (value.is_null()) return fallback;
  if (!value.is_bool()) invalid(key, "true or false", value.dump());
  return value.as_bool();
}

/// Newer transformers nest the base under rope_parameters.
double rope_theta(const Json& config, double fallback) {
  for (const char* key : {"rope_scaling", "rope_parameters"}) {
    const Json& scaling = value_of(config, key);
    if (!scaling.is_object()) continue;
    const Json& kind = scaling.contains("rope_type") ? scaling.get("rope_type") : scaling.get("type");
    if (kind.is_string() && kind.as_string() != "default") invalid(key, "absent or of type \"default\"", scaling.dump());
  }
  const Json& nested = value_of(config, "rope_parameters");
  if (nested.is_object() && nested.contains("rope_theta")) return positive_or(nested, "rope_theta", fallback);
  return positive_or(config, "rope_theta", fallback);
}

void check_activation(const Json& config) {
  const Json& activation = value_of(config, "hidden_act");
  if (activation.is_null() || (activation.is_string() && activation.as_string() == "silu")) return;
  invalid("hidden_act", "\"silu\"", activation.dump());
}

/// In this key alone upstream distinguishes null (one per query head) from absent (the default).
int64_t key_value_heads(const Json& config, int64_t heads, int64_t fallback) {
  return size_or(config, "num_key_value_heads", config.contains("num_key_value_heads") ? heads : fallback);
}

void check_heads(const StackConfig& stack) {
  if (stack.num_attention_heads % stack.num_key_value_heads != 0) {
    invalid("num_attention_heads", "a multiple of the " + std::to_string(stack.num_key_value_heads) + " key/value heads",
            std::to_string(stack.num_attention_heads));
  }
  if (stack.head_dim % 2 != 0) invalid("head_dim", "even, because heads are rotated", std::to_string(stack.head_dim));
}

/// Windows of the first `layers` entries of layer_types. `sliding` is kNoWindow where sliding is switched off.
std::vector<int64_t> windows_of(const Json& config, int64_t layers, int64_t sliding,
                                const std::function<bool(int64_t)>& slides_by_default) {
  const Json& types = value_of(config, "layer_types");
  if (!types.is_null() && !types.is_array()) invalid("layer_types", "a list", types.dump());
  if (types.is_array() && static_cast<int64_t>(types.as_array().size()) < layers) {
    invalid("layer_types", "a list of at least " + std::to_string(layers) + " entries",
            std::to_string(types.as_array().size()) + " entries");
  }
  std::vector<int64_t> windows;
  for (int64_t i = 0; i < layers; ++i) {
    if (types.is_null()) {
      windows.push_back(slides_by_default(i) ? sliding : kNoWindow);
      continue;
    }
    const Json& type = types.as_array()[static_cast<size_t>(i)];
    const std::string name = type.is_string() ? type.as_string() : type.dump();
    if (name != "sliding_attention" && name != "full_attention") {
      invalid("layer_types[" + std::to_string(i) + "]", "\"sliding_attention\" or \"full_attention\"", type.dump());
    }
    windows.push_back(name == "sliding_attention" ? sliding : kNoWindow);
  }
  return windows;
}

/// What AceStepConfig's defaults make of a config.json: the decoder's sizes, `layers` deep.
StackConfig ace_step_stack(const Json& config, int64_t layers) {
  check_activation(config);
  StackConfig stack;
  stack.hidden_size = size_or(config, "hidden_size", 2048);
  stack.intermediate_size = size_or(config, "intermediate_size", 6144);
  stack.num_attention_heads = size_or(config, "num_attention_heads", 16);
  stack.num_key_value_heads = key_value_heads(config, stack.num_attention_heads, 8);
  stack.head_dim = size_or(config, "head_dim", 128);
  stack.rms_norm_eps = positive_or(config, "rms_norm_eps", 1e-6);
  stack.rope_theta = rope_theta(config, 1e6);
  stack.attention_bias = flag_or(config, "attention_bias", false) ? AttentionBias::present : AttentionBias::absent;
  const int64_t window = flag_or(config, "use_sliding_window", true) ? size_or(config, "sliding_window", 128, 0) : kNoWindow;
  stack.windows = windows_of(config, layers, window, [](int64_t i) { return i % 2 == 0; });
  return stack;
}

/// XL models size the encoders apart from the decoder; where a key is absent the decoder's size holds.
StackConfig encoder_stack(const Json& config, int64_t layers) {
  StackConfig stack = ace_step_stack(config, layers);
  stack.hidden_size = size_or(config, "encoder_hidden_size", stack.hidden_size);
  stack.intermediate_size = size_or(config, "encoder_intermediate_size", stack.intermediate_size);
  stack.num_attention_heads = size_or(config, "encoder_num_attention_heads", stack.num_attention_heads);
  stack.num_key_value_heads = size_or(config, "encoder_num_key_value_heads", stack.num_key_value_heads);
  check_heads(stack);
  return stack;
}

}  // namespace

DitConfig dit_config(const Json& config) {
  DitConfig dit;
  dit.stack = ace_step_stack(config, size_or(config, "num_hidden_layers", 24));
  check_heads(dit.stack);
  dit.in_channels = size_or(config, "in_channels", 192);
  dit.audio_acoustic_hidden_dim = size_or(config, "audio_acoustic_hidden_dim", 64);
  dit.patch_size = size_or(config, "patch_size", 2);
  dit.condition_size = size_or(config, "encoder_hidden_size", dit.stack.hidden_size);
  dit.timestep_mu = number_or(config, "timestep_mu", -0.4);
  dit.timestep_sigma = positive_or(config, "timestep_sigma", 1.0);
  if (dit.context_channels() < 1) {
    invalid("in_channels", "larger than audio_acoustic_hidden_dim (" + std::to_string(dit.audio_acoustic_hidden_dim) + ")",
            std::to_string(dit.in_channels));
  }
  return dit;
}

ConditionEncoderConfig condition_encoder_config(const Json& config) {
  ConditionEncoderConfig encoder;
  encoder.lyric = encoder_stack(config, size_or(config, "num_lyric_encoder_hidden_layers", 8));
  encoder.timbre = encoder_stack(config, size_or(config, "num_timbre_encoder_hidden_layers", 4));
  encoder.text_hidden_dim = size_or(config, "text_hidden_dim", 1024);
  encoder.timbre_hidden_dim = size_or(config, "timbre_hidden_dim", 64);
  encoder.timbre_fix_frame = size_or(config, "timbre_fix_frame", 750);
  // Published configs do not say which form they are; only XL ones carry encoder sizes.
  const bool xl = !value_of(config, "encoder_hidden_size").is_null();
  encoder.timbre_token = flag_or(config, "timbre_special_token_prepended", xl) ? TimbreToken::special : TimbreToken::first_frame;
  return encoder;
}

TextEncoderConfig text_encoder_config(const Json& config) {
  check_activation(config);
  TextEncoderConfig text;
  StackConfig& stack = text.stack;
  text.vocab_size = size_or(config, "vocab_size", 151936);
  stack.hidden_size = size_or(config, "hidden_size", 4096);
  stack.intermediate_size = size_or(config, "intermediate_size", 22016);
  stack.num_attention_heads = size_or(config, "num_attention_heads", 32);
  stack.num_key_value_heads = key_value_heads(config, stack.num_attention_heads, 32);
  stack.head_dim = size_or(config, "head_dim", 128);
  stack.rms_norm_eps = positive_or(config, "rms_norm_eps", 1e-6);
  stack.rope_theta = rope_theta(config, 1e4);
  stack.attention_bias = flag_or(config, "attention_bias", false) ? AttentionBias::present : AttentionBias::absent;
  // Causal sliding attention sees the token itself and window - 1 before it.
  const int64_t window = flag_or(config, "use_sliding_window", false) ? size_or(config, "sliding_window", 4096) - 1 : kNoWindow;
  const int64_t first_sliding = size_or(config, "max_window_layers", 28, 0);
  stack.windows = windows_of(config, size_or(config, "num_hidden_layers", 32), window,
                             [first_sliding](int64_t i) { return i >= first_sliding; });
  check_heads(stack);
  return text;
}

Json read_config(const std::filesystem::path& folder) { return read_json_file(folder / "config.json"); }

}  // namespace sidestep
