using LogFlow.Platform;

namespace LogFlow.Store;

/// <summary>The store's file formats, for <c>logflow dump</c>.</summary>
public static class StoreDumps
{
    /// <summary>One for each format.</summary>
    public static IReadOnlyList<IFileDump> All { get; } = [new StoreSegmentDump()];
}
