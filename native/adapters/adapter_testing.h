#pragma once
// What tests of adapters share: a small model's shape and a configuration of every kind of adapter.
#include <vector>

#include "adapters/config.h"
#include "core/philox.h"
#include "core/tensor.h"
#include "models/model_config.h"

namespace sidestep {

/// Two layers, one sliding and one full, odd sizes where the architecture allows them.
inline DitConfig two_layers() {
  DitConfig config;
  config.stack = {.hidden_size = 24,
                  .intermediate_size = 40,
                  .num_attention_heads = 4,
                  .num_key_value_heads = 2,
                  .head_dim = 6,
                  .windows = {3, kNoWindow}};
  config.in_channels = 15;
  config.audio_acoustic_hidden_dim = 5;
  config.patch_size = 2;
  config.condition_size = 24;
  return config;
}

inline void fill_normals(Tensor t, uint64_t stream_index, double deviation) {
  const RandomKey key{.seed = 7, .purpose = Purpose::fixture, .step = stream_index};
  for (int64_t i = 0; i < t.numel(); ++i) {
    t.data<float>()[i] = static_cast<float>(static_cast<double>(normal(key, static_cast<uint64_t>(i))) * deviation);
  }
}

/// A kind of adapter by a name for messages.
struct AdapterRow {
  const char* name;
  AdapterConfig config;
};

inline std::vector<AdapterRow> every_kind() {
  AdapterConfig lora{.type = AdapterType::lora, .rank = 3, .alpha = 5};
  AdapterConfig lokr{.type = AdapterType::lokr, .rank = 2, .alpha = 3};
  AdapterConfig loha{.type = AdapterType::loha, .rank = 2, .alpha = 3};
  AdapterConfig oft{.type = AdapterType::oft, .oft = {.block_size = 6}};
  std::vector<AdapterRow> rows{{"lora", lora}, {"lokr", lokr}, {"loha", loha}, {"oft", oft}};
  AdapterConfig c = lora;
  c.lora.dropout = 0.2;
  c.target_mlp = true;
  rows.push_back({"lora with dropout and MLP", c});
  c = lora;
  c.type = AdapterType::dora;
  rows.push_back({"dora", c});
  c = lora;
  c.rs_lora = true;
  c.rank_pattern = {{"layers.0.self_attn.q_proj", 5}};
  rows.push_back({"rs_lora with a rank pattern", c});
  c = lokr;
  c.scope = AdapterScope::decoder;
  rows.push_back({"lokr on the whole decoder", c});
  c.lycoris.use_tucker = true;
  c.rank = 1;
  rows.push_back({"lokr tucker", c});
  c = lokr;
  c.lokr.decompose_both = true;
  c.rank = 1;
  c.lycoris.use_scalar = true;
  rows.push_back({"lokr decompose_both, scalar", c});
  c = lokr;
  c.lycoris.weight_decompose = true;
  c.scope = AdapterScope::decoder;
  rows.push_back({"lokr weight_decompose", c});
  c = lokr;
  c.lokr.full_matrix = true;
  c.lokr.unbalanced_factorization = true;
  c.lokr.factor = 3;
  rows.push_back({"lokr full, unbalanced, factor 3", c});
  c = loha;
  c.lycoris.use_scalar = true;
  c.lycoris.use_tucker = true;
  c.scope = AdapterScope::decoder;
  rows.push_back({"loha tucker, scalar, decoder", c});
  c = loha;
  c.lycoris.weight_decompose = true;
  rows.push_back({"loha weight_decompose", c});
  c = oft;
  c.oft.cayley = Cayley::exact;
  rows.push_back({"oft exact", c});
  c = oft;
  c.oft.block_share = true;
  c.oft.cayley_terms = 7;
  rows.push_back({"oft shared block, 7 terms", c});
  return rows;
}

}  // namespace sidestep
