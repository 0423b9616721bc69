#pragma once

namespace antiphon {

/// Lets other threads go first from now on, this process's included: a frame that is due does not wait for what nobody waits for. For the calling thread. Where
/// the system refuses, it is only less polite.
void give_way();

}  // namespace antiphon
