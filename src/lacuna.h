/* liblacuna: everything a program that uses it includes.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "buffers/arena.h"
#include "buffers/buffer.h"
#include "buffers/bytes.h"
#include "buffers/locator.h"
#include "buffers/locator-view.h"
#include "buffers/memory.h"
#include "buffers/placement.h"
#include "buffers/private.h"
#include "buffers/remote-locator.h"
#include "buffers/remote-placement.h"
#include "core/expression.h"
#include "core/gap.h"
#include "core/hazard.h"
#include "core/map.h"
#include "core/maps-text.h"
#include "core/range.h"
#include "core/region.h"
#include "core/status.h"
#include "os/process.h"
#include "os/remote.h"
