# Script of antiphon_embed_built: writes OUTPUT, a source whose function SIGNATURE (declared in HEADER) returns the bytes of FILE.
file(READ "${FILE}" bytes HEX)
string(REGEX REPLACE "(................................)" "\\1\n" bytes "${bytes}")
string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${bytes}")
file(WRITE "${OUTPUT}" "#include \"${HEADER}\"

namespace antiphon {

namespace {

// clang-format off
constexpr unsigned char bytes[] = {
${bytes}};
// clang-format on

}  // namespace

std::string_view ${SIGNATURE} { return {reinterpret_cast<const char*>(bytes), sizeof bytes}; }

}  // namespace antiphon
")
