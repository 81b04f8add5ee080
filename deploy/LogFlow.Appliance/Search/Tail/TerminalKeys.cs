namespace LogFlow.Appliance;

/// <summary>The keys of the terminal, which are not shown.</summary>
internal sealed class TerminalKeys : IKeys
{
    /// <inheritdoc/>
    public bool TryRead(out ConsoleKeyInfo key)
    {
        key = Console.KeyAvailable ? Console.ReadKey(intercept: true) : default;
        return key != default;
    }
}
