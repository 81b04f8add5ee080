using LogFlow.Platform;

namespace LogFlow.Agent;

/// <summary>A file that a scan found.</summary>
internal readonly record struct ScannedFile(string Path, FileStatus Status);
