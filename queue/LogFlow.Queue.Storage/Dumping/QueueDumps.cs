using LogFlow.Platform;

namespace LogFlow.Queue.Storage;

/// <summary>The queue's file formats, for <c>logflow dump</c>.</summary>
public static class QueueDumps
{
    /// <summary>One for each format.</summary>
    public static IReadOnlyList<IFileDump> All { get; } =
        [new SegmentDump(), new IndexDump(), new StateFileDump(), new SmallFileDump()];
}
