#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace antiphon {

/// A shared library that the program is not linked with: whoever first needs it loads it, and nobody else pays for it. It stays until the process
/// ends. Immutable: any number of threads may ask it for functions.
class SharedLibrary {
 public:
  /// What errors say.
  struct Words {
    std::string what;    ///< "the neural runtime"
    std::string remedy;  ///< the hint
  };

  /// The first one found in the folders, else what the system finds by that name (LD_LIBRARY_PATH, the program's RUNPATH, ld.so.conf).
  /// @throws Error configuration, saying what is missing or broken, where it was looked for, and what to do.
  SharedLibrary(std::string file_name, Words words, const std::vector<std::filesystem::path>& folders = {});

  /// @tparam Function as the library's header declares it: `decltype(sqrt)`. @throws Error configuration where there is none of that name.
  template <class Function>
  Function* function(const char* name) const {
    return reinterpret_cast<Function*>(address_of(name));
  }
  template <class Function>
  void find(const char* name, Function*& function) const {
    function = this->function<Function>(name);
  }

 private:
  void* address_of(const char* name) const;

  std::string file_name_;
  Words words_;
  void* handle_ = nullptr;
};

}  // namespace antiphon
