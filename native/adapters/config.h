#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "core/json.h"

namespace sidestep {

enum class AdapterType : uint8_t { lora, dora, lokr, loha, oft };
enum class AttentionType : uint8_t { both, self, cross };
/// Which biases are saved beside the adapter. None is trained: upstream freezes them all (see model-facts in the docs).
enum class AdapterBias : uint8_t { none, all, lora_only };
/// `targets` adapts what the names say; `decoder` every Linear and convolution but proj_out, as upstream's LyCORIS training does.
enum class AdapterScope : uint8_t { targets, decoder };
/// How OFT makes a rotation of a skew-symmetric matrix Q.
enum class Cayley : uint8_t {
  neumann,  ///< I + 2Q + 2Q^2 + … + Q^(terms-1), PEFT's default
  exact     ///< (I - Q)(I + Q)^-1, PEFT's other form (it turns the other way)
};

/// The form of one LoKr or LoHa module as its saved tensors show it. Programs split weights, and choose between whole and
/// factored matrices, by rules of their own; ranks may differ by module.
struct LycorisForm {
  int64_t rank = 0;  ///< 0: every factor is whole, and nothing is scaled
  double alpha = 0;  ///< 0, or not saved: the rank, as LyCORIS reads it
  bool tucker = false;
  int64_t l = 1, m = 1, k = 1;                    ///< lokr: w1 [l, m], w2 [k, …]
  bool w1_is_full = true, w2_is_full = true;      ///< lokr
};

/// What is trained; fields are the schema's (schema/stage.train.schema.json), each type reads those it knows.
struct AdapterConfig {
  AdapterType type = AdapterType::lora;
  int64_t rank = 64;
  double alpha = 128;
  double dropout = 0;  ///< lora, dora: on the input of lora_A only
  AdapterBias bias = AdapterBias::none;
  bool rs_lora = false;  ///< scale alpha / sqrt(rank)

  std::vector<std::string> target_modules{"q_proj", "k_proj", "v_proj", "o_proj"};
  AttentionType attention_type = AttentionType::both;
  std::vector<std::string> self_target_modules{}, cross_target_modules{};  ///< empty: target_modules
  bool target_mlp = false;
  AdapterScope scope = AdapterScope::targets;
  std::vector<std::string> modules{};  ///< exact module names that win over all of the above (an estimate's selection)
  std::map<std::string, int64_t> rank_pattern{};
  std::map<std::string, double> alpha_pattern{};

  int64_t factor = -1;                    ///< lokr
  bool decompose_both = false;            ///< lokr
  bool full_matrix = false;               ///< lokr
  bool unbalanced_factorization = false;  ///< lokr
  bool use_tucker = false;                ///< lokr, loha: on patch convolutions
  bool use_scalar = false;                ///< lokr, loha
  bool weight_decompose = false;          ///< lokr, loha
  std::map<std::string, LycorisForm> forms{};  ///< lokr, loha: of modules that were read from a file

  int64_t block_size = 64;    ///< oft
  bool coft = false;          ///< oft
  double eps = 6e-5;          ///< oft
  bool block_share = false;   ///< oft
  Cayley cayley = Cayley::neumann;
  int64_t cayley_terms = 5;
};

/// Reads the `adapter` object of a train stage; absent fields keep their defaults (dropout: 0.1 for lora and dora, as in
/// the schema). Throws adapter/option-unknown, adapter/option-invalid, naming the field.
AdapterConfig adapter_config_from_json(const Json& json);
Json adapter_config_to_json(const AdapterConfig& config);

const char* adapter_type_name(AdapterType type);

}  // namespace sidestep
