namespace LogFlow.Platform;

/// <summary>A data folder is in use by another process.</summary>
public sealed class DirectoryLockedException(string directory, string holder) : IOException(
    $"data folder {directory} is in use by another process{(holder.Length > 0 ? $" (pid {holder})" : "")}")
{
    /// <summary>The folder that is locked.</summary>
    public string Directory { get; } = directory;
}
