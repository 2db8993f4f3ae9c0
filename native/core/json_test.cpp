#include "core/json.h"

#include <bit>
#include <clocale>
#include <cmath>
#include <cstdint>
#include <string>

#include "core/text_file.h"
#include "testing/test.h"

namespace {

using namespace sidestep;

TEST("json: values of every kind are read") {
  const Json json = Json::parse(R"( {"a": [1, -2.5e3, true, false, null], "b": {"c": "d"}, "e": "", "f": {}, "g": []} )");
  EXPECT(json.at("a").as_array().size() == 5);
  EXPECT(json.at("a").as_array()[1].as_number() == -2500);
  EXPECT(json.at("a").as_array()[0].as_int() == 1);
  EXPECT(json.at("a").as_array()[4].is_null());
  EXPECT(json.at("b").at("c").as_string() == "d");
  EXPECT(json.at("f").as_object().empty() && json.at("g").as_array().empty());
}

TEST("json: escapes become UTF-8, surrogate pairs included") {
  EXPECT(Json::parse(R"("\"\\\/\b\f\n\r\t")").as_string() == "\"\\/\b\f\n\r\t");
  EXPECT(Json::parse(R"("\u0041\u00e9\u20ac\ud83c\udfb5")").as_string() == "A\xc3\xa9\xe2\x82\xac\xf0\x9f\x8e\xb5");
}

TEST("json: what is written reads back the same") {
  const char* text = R"({"a":[1,0.1,-2e-300,9007199254740991],"b":"x\"\\\ny\u0001é","c":null,"d":true})";
  const Json json = Json::parse(text);
  EXPECT(Json::parse(json.dump()).dump() == json.dump());
  EXPECT(Json::parse(json.dump(2)).dump() == json.dump());
  EXPECT(json.at("a").as_array()[1].as_number() == 0.1);
  EXPECT(Json::parse("0.1").dump() == "0.1" && Json::parse("12").dump() == "12");
}

TEST("json: malformed texts are refused") {
  for (const char* text : {"",
                           " ",
                           "{",
                           "[1,]",
                           "{\"a\":1,}",
                           "{a:1}",
                           "[1 2]",
                           "nul",
                           "01",
                           "1.",
                           "-",
                           "+1",
                           ".5",
                           "1e",
                           "NaN",
                           "Infinity",
                           "'a'",
                           "\"a",
                           "\"\\x\"",
                           "\"\\u12\"",
                           "\"\\ud800\"",
                           "\"\\ud800\\u0041\"",
                           "\"\\udc00\"",
                           "\"\t\"",
                           "[1] 2",
                           "{\"a\":1,\"a\":2}",
                           "1e999",
                           "// a\n1",
                           "{\"a\"}",
                           "[",
                           "]",
                           "\"\\",
                           "\"\\u"})
    EXPECT_ERROR(Json::parse(text), "native/json-invalid");
}

TEST("json: what Python writes is read as Python reads it, where asked for") {
  const Json json = parse_python_json(R"({"a": NaN, "b": [Infinity, -Infinity, -1], "c": 1, "c": 2})", "x");
  EXPECT(json.at("a").is_null() && json.at("b").dump() == "[null,null,-1]" && json.at("c").as_int() == 2);
  for (const char* text : {"Nan", "-NaN", "Infinit", "+Infinity", "[1,]", "NaN NaN"})
    EXPECT_ERROR(parse_python_json(text, "x"), "native/json-invalid");
}

TEST("json: depth is bounded, so that no text exhausts the stack") {
  EXPECT(Json::parse(std::string(60, '[') + std::string(60, ']')).is_array());
  EXPECT_ERROR(Json::parse(std::string(100'000, '[')), "native/json-invalid");
  std::string objects;
  for (int i = 0; i < 100'000; ++i) objects += "{\"a\":";
  EXPECT_ERROR(Json::parse(objects), "native/json-invalid");
}

TEST("json: an error says where it is and what was expected") {
  try {
    Json::parse("{\n  \"a\": 1\n  \"b\": 2\n}", "config.json");
    EXPECT(false);
  } catch (const Error& error) {
    EXPECT(error.message() == "config.json:3:3: expected ',' but found '\"'");
  }
}

TEST("json: wrong types and missing members are named") {
  const Json json = Json::parse(R"({"n": 1.5, "s": "x"})");
  EXPECT_ERROR(json.at("s").as_number(), "native/json-type");
  EXPECT_ERROR(json.at("n").as_int(), "native/json-type");
  EXPECT_ERROR(json.at("n").as_array(), "native/json-type");
  EXPECT_ERROR(json.at("missing"), "native/json-missing-key");
  EXPECT(json.get("missing").is_null() && json.int_or("missing", 7) == 7 && json.string_or("s", "") == "x");
  EXPECT_ERROR(json.bool_or("s", false), "native/json-type");
}

double bits(uint64_t pattern) { return std::bit_cast<double>(pattern); }

TEST("json: every double that is written reads back as itself, in any locale") {
  const std::string before = std::setlocale(LC_NUMERIC, nullptr);
  for (const char* locale : {"C", "de_DE.UTF-8", "de_DE", "German"}) {
    if (std::setlocale(LC_NUMERIC, locale) == nullptr) continue;  // not on this machine
    for (uint64_t i = 0; i < 20'000; ++i) {
      const double value = bits(i * 0x9E3779B97F4A7C15ULL + 0xD1B54A32D192ED03ULL);
      if (!std::isfinite(value)) continue;
      const double read = Json::parse(Json(value).dump()).as_number();
      EXPECT(std::bit_cast<uint64_t>(read) == std::bit_cast<uint64_t>(value) || (value == 0 && read == 0));
    }
  }
  std::setlocale(LC_NUMERIC, before.c_str());
}

TEST("json: numbers between two doubles become the nearer one, of two equally near the even one") {
  struct Case {
    const char* text;
    double value;
  };
  const Case cases[] = {
      {"9007199254740993", 9007199254740992.0},  // halfway: to even, down
      {"9007199254740995", 9007199254740996.0},  // and up
      {"9007199254740993.00000000000000000000001", 9007199254740994.0},
      {"2.2250738585072011e-308", bits(0x000FFFFFFFFFFFFF)},  // the largest subnormal, on which readers have hung
      {"4.9406564584124654e-324", bits(1)},
      {"2.4703282292062327e-324", 0},        // less than half of it
      {"2.4703282292062328e-324", bits(1)},  // more than half
      {"1e-400", 0},
      {"1.7976931348623157e308", bits(0x7FEFFFFFFFFFFFFF)},
      {"1.7976931348623158e308", bits(0x7FEFFFFFFFFFFFFF)},  // still nearer to the largest than to what follows
      {"0.1", 0.1},
      {"100000000000000000000000000000000000000000e-41", 1},
  };
  for (const Case& c : cases) EXPECT(Json::parse(c.text).as_number() == c.value);
  EXPECT_ERROR(Json::parse("1.7976931348623159e308"), "native/json-invalid");
}

}  // namespace
