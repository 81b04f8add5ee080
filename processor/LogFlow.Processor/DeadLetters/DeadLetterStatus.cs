namespace LogFlow.Processor;

/// <summary>How the dead letters stand.</summary>
/// <param name="WaitingSince">Since when a letter could be put nowhere; null: none waits.</param>
/// <param name="LastError">The last failure of the queue or the file in words; null: there was none.</param>
/// <param name="InFile">Letters that the queue refuses and that wait in <c>path.data</c>.</param>
internal sealed record DeadLetterStatus(DateTimeOffset? WaitingSince, string? LastError, long InFile)
{
    public static DeadLetterStatus Good { get; } = new(null, null, 0);
}
