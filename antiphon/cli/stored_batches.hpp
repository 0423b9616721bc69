#pragma once

#include <memory>
#include <string>

#include "antiphon/cli/environment.hpp"
#include "antiphon/store/store.hpp"
#include "antiphon/suite/project.hpp"

namespace antiphon::cli {

/// The file of the store: what a flag says, else the project, else `antiphon.sqlite` in the folder `out`. Empty where it is `off`.
std::string store_file(const std::string& flag, const suite::ProjectSettings& project, const std::string& out);

/// Opens one that is there. @throws Error usage where there is none.
std::unique_ptr<Store> open_store(const std::string& flag, const Environment& environment, StoreAccess access = StoreAccess::read);

/// A batch by its id, by the beginning of one, or `last`. @throws Error usage where that is none or several.
BatchResult stored_batch(const std::string& name, const std::string& flag, const Environment& environment);

/// The result in a file, or in a folder that holds one; else a batch as above. @throws Error usage.
BatchResult result_or_batch(const std::string& name, const std::string& flag, const Environment& environment);

/// Where reports go by default: the project's folder, else antiphon-out.
std::string output_folder(const suite::ProjectSettings& project, const Environment& environment);
/// antiphon.yaml and the environment.
suite::ProjectSettings project_of(const Environment& environment);

}  // namespace antiphon::cli
