#include "models/model_config.h"

#include "ops/attention.h"
#include "testing/test.h"

namespace sidestep::testing {
namespace {

TEST("model_config: an empty config.json is the published 2B model") {
  const DitConfig dit = dit_config(Json::parse("{}"));
  EXPECT(dit.stack.hidden_size == 2048 && dit.stack.intermediate_size == 6144 && dit.stack.num_layers() == 24);
  EXPECT(dit.stack.num_attention_heads == 16 && dit.stack.num_key_value_heads == 8 && dit.stack.head_dim == 128);
  EXPECT(dit.stack.windows[0] == 128 && dit.stack.windows[1] == kNoWindow && dit.stack.windows[22] == 128);
  EXPECT(dit.stack.attention_bias == AttentionBias::absent);
  EXPECT(dit.in_channels == 192 && dit.context_channels() == 128 && dit.patch_size == 2 && dit.condition_size == 2048);
  EXPECT(dit.stack.rope_theta == 1e6 && dit.stack.rms_norm_eps == 1e-6);
  const ConditionEncoderConfig encoder = condition_encoder_config(Json::parse("{}"));
  EXPECT(encoder.lyric.num_layers() == 8 && encoder.timbre.num_layers() == 4 && encoder.text_hidden_dim == 1024);
  EXPECT(encoder.timbre_token == TimbreToken::first_frame);
}

TEST("model_config: encoder sizes make an XL model") {
  const Json config = Json::parse(R"({"hidden_size": 2560, "num_attention_heads": 32, "encoder_hidden_size": 2048,
      "encoder_num_attention_heads": 16, "num_key_value_heads": 8})");
  EXPECT(dit_config(config).condition_size == 2048 && dit_config(config).stack.hidden_size == 2560);
  const ConditionEncoderConfig encoder = condition_encoder_config(config);
  EXPECT(encoder.lyric.hidden_size == 2048 && encoder.lyric.num_attention_heads == 16);
  EXPECT(encoder.lyric.intermediate_size == 6144);  // absent: the decoder's
  EXPECT(encoder.timbre_token == TimbreToken::special);
}

TEST("model_config: null means the default, in key/value heads one per head") {
  const DitConfig dit = dit_config(Json::parse(R"({"layer_types": null, "rope_scaling": null, "head_dim": null,
      "num_attention_heads": 6, "num_key_value_heads": null, "num_hidden_layers": 3})"));
  EXPECT(dit.stack.num_key_value_heads == 6 && dit.stack.head_dim == 128);
  EXPECT((dit.stack.windows == std::vector<int64_t>{128, kNoWindow, 128}));
}

TEST("model_config: layer types and windows are taken as written") {
  const DitConfig dit = dit_config(Json::parse(R"({"num_hidden_layers": 3, "sliding_window": 7,
      "layer_types": ["full_attention", "full_attention", "sliding_attention", "full_attention"]})"));
  EXPECT((dit.stack.windows == std::vector<int64_t>{kNoWindow, kNoWindow, 7}));
  EXPECT((dit_config(Json::parse(R"({"num_hidden_layers": 2, "use_sliding_window": false})")).stack.windows ==
          std::vector<int64_t>{kNoWindow, kNoWindow}));
}

TEST("model_config: rope_theta may be nested, as newer transformers write it") {
  const Json config = Json::parse(R"({"rope_parameters": {"rope_theta": 5000.0, "rope_type": "default"}})");
  EXPECT(dit_config(config).stack.rope_theta == 5000.0);
  EXPECT(text_encoder_config(config).stack.rope_theta == 5000.0);
  EXPECT(text_encoder_config(Json::parse("{}")).stack.rope_theta == 10000.0);
}

TEST("model_config: the text encoder slides only when told to") {
  const Json config = Json::parse(R"({"num_hidden_layers": 3, "sliding_window": 16, "use_sliding_window": true,
      "max_window_layers": 1})");
  // A causal window of 16 is the token and 15 before it.
  EXPECT((text_encoder_config(config).stack.windows == std::vector<int64_t>{kNoWindow, 15, 15}));
  EXPECT((text_encoder_config(Json::parse(R"({"num_hidden_layers": 2, "sliding_window": 16})")).stack.windows ==
          std::vector<int64_t>{kNoWindow, kNoWindow}));
}

TEST("model_config: impossible or unsupported values are refused") {
  for (const char* text :
       {R"({"hidden_size": 0})", R"({"hidden_size": 20.5})", R"({"hidden_size": "2048"})", R"({"hidden_size": 1e300})",
        R"({"num_attention_heads": 16, "num_key_value_heads": 3})", R"({"head_dim": 7})", R"({"hidden_act": "gelu"})",
        R"({"rope_scaling": {"rope_type": "yarn", "factor": 4}})", R"({"layer_types": ["full_attention"]})",
        R"({"num_hidden_layers": 1, "layer_types": ["linear_attention"]})", R"({"in_channels": 64})", R"({"attention_bias": 1})",
        R"({"rms_norm_eps": -1})", R"([1, 2])"}) {
    EXPECT_ERROR(dit_config(Json::parse(text)), "native/config-invalid");
  }
}

}  // namespace
}  // namespace sidestep::testing
