#pragma once
#include <cstdint>
#include <iterator>
#include <map>
#include <string>
#include <vector>

#include "core/json.h"
#include "core/names.h"
#include "core/option_defaults.generated.h"

namespace sidestep {

// Every kind of adapter once, as `adapter.type` says it: a new kind is a name here, its options below, and its own file.
#define SIDESTEP_ADAPTERS(X) X(lora) X(dora) X(lokr) X(loha) X(oft)

#define SIDESTEP_ENUMERATOR(name) name,
enum class AdapterType : uint8_t { SIDESTEP_ADAPTERS(SIDESTEP_ENUMERATOR) };
#undef SIDESTEP_ENUMERATOR
enum class AttentionType : uint8_t { both, self, cross };
/// Which biases are saved beside the adapter. None is trained: upstream freezes them all.
enum class AdapterBias : uint8_t { none, all, lora_only };
constexpr Names<AdapterBias, 3> kAdapterBiases{
    {{"none", AdapterBias::none}, {"all", AdapterBias::all}, {"lora_only", AdapterBias::lora_only}}};
/// `targets` adapts what the names say; `decoder` every Linear and convolution but proj_out, as upstream's LyCORIS training does.
enum class AdapterScope : uint8_t { targets, decoder };
/// How OFT makes a rotation of a skew-symmetric matrix Q.
enum class Cayley : uint8_t {
  neumann,  ///< I + 2Q + 2Q^2 + … + Q^(terms-1), PEFT's default
  exact     ///< (I - Q)(I + Q)^-1, PEFT's other form (it turns the other way)
};

/// The form of one LoKr or LoHa module as its saved tensors show it. Programs split weights, and choose between whole and
/// factored matrices, by their own rules; ranks may differ by module.
struct LycorisForm {
  int64_t rank = 0;  ///< 0: every factor is whole, and nothing is scaled
  double alpha = 0;  ///< 0, or not saved: the rank, as LyCORIS reads it
  bool tucker = false;
  int64_t l = 1, m = 1, k = 1;                ///< lokr: w1 [l, m], w2 [k, …]
  bool w1_is_full = true, w2_is_full = true;  ///< lokr
};

/// What LoRA and DoRA alone have.
struct LoraOptions {
  double dropout = 0;  ///< on the input of lora_A only
};

/// What LoKr and LoHa share.
struct LycorisOptions {
  bool use_tucker = defaults::train::adapter::lokr::use_tucker;  ///< on patch convolutions
  bool use_scalar = defaults::train::adapter::lokr::use_scalar;
  bool weight_decompose = defaults::train::adapter::lokr::weight_decompose;
  std::map<std::string, LycorisForm> forms{};  ///< of modules that were read from a file
};

struct LokrOptions {
  int64_t factor = defaults::train::adapter::lokr::factor;
  bool decompose_both = defaults::train::adapter::lokr::decompose_both;
  bool full_matrix = defaults::train::adapter::lokr::full_matrix;
  bool unbalanced_factorization = false;
};

struct OftOptions {
  int64_t block_size = defaults::train::adapter::oft::block_size;
  bool coft = defaults::train::adapter::oft::coft;
  double eps = defaults::train::adapter::oft::eps;
  bool block_share = defaults::train::adapter::oft::block_share;
  Cayley cayley = Cayley::neumann;
  int64_t cayley_terms = defaults::train::adapter::oft::cayley_terms;
};

/// What is trained; fields are the schema's (schema/stage.train.schema.json). What only some kinds have is in structs of
/// theirs.
struct AdapterConfig {
  AdapterType type = AdapterType::lora;
  int64_t rank = defaults::train::adapter::lora::rank;  ///< of all kinds but OFT, as the next four
  double alpha = defaults::train::adapter::lora::alpha;
  bool rs_lora = defaults::train::adapter::lora::rs_lora;  ///< scale alpha / sqrt(rank)
  std::map<std::string, int64_t> rank_pattern{};
  std::map<std::string, double> alpha_pattern{};

  AdapterBias bias = AdapterBias::none;  ///< of PEFT's kinds
  std::vector<std::string> target_modules{std::begin(defaults::train::adapter::lora::target_modules),
                                          std::end(defaults::train::adapter::lora::target_modules)};
  AttentionType attention_type = AttentionType::both;
  std::vector<std::string> self_target_modules{}, cross_target_modules{};  ///< empty: target_modules
  bool target_mlp = defaults::train::adapter::lora::target_mlp;
  AdapterScope scope = AdapterScope::targets;
  std::vector<std::string> modules{};  ///< exact module names that win over all of the above (an estimate's selection)

  LoraOptions lora{};
  LycorisOptions lycoris{};
  LokrOptions lokr{};
  OftOptions oft{};
};

/// Reads the `adapter` object of a train stage; absent fields keep their defaults (dropout: 0.1 for lora and dora, as in
/// the schema). Options of other kinds are left alone. Throws adapter/option-unknown, adapter/option-invalid, naming the field.
AdapterConfig adapter_config_from_json(const Json& json);
Json adapter_config_to_json(const AdapterConfig& config);

const char* adapter_type_name(AdapterType type);

}  // namespace sidestep
