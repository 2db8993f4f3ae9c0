#pragma once
#include "core/device.h"

namespace sidestep {

/// Frees what a card's backend keeps for later: scratch memory that nothing uses, workspaces of products. Waits for the card. No
/// recording that was made before may be replayed afterwards. Nothing on other devices.
void free_unused_memory(Device device);

}  // namespace sidestep
