namespace LogFlow.Queue.Storage;

/// <summary>
/// Which boot of the machine this is. What a killed process had written is still there in the same boot; only after
/// another may the disk have lost part of it.
/// </summary>
internal static class BootId
{
    private const string Path = "/proc/sys/kernel/random/boot_id";

    /// <summary>Empty where it cannot be known: then every stop may have been a power cut.</summary>
    public static Guid Read()
    {
        try
        {
            return Guid.TryParse(File.ReadAllText(Path).AsSpan().Trim(), out var id) ? id : Guid.Empty;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return Guid.Empty;
        }
    }
}
