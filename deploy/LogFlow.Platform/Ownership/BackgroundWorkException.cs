namespace LogFlow.Platform;

/// <summary>Work in the background ended by a failure that it could not handle.</summary>
public sealed class BackgroundWorkException(string work, Exception failure)
    : Exception($"{work} failed: {failure.Message}", failure)
{
    /// <summary>Which work.</summary>
    public string Work { get; } = work;
}
