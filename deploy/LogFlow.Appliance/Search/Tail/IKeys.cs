namespace LogFlow.Appliance;

/// <summary>The keys that somebody presses.</summary>
internal interface IKeys
{
    /// <summary>The next one, if one was pressed; does not wait.</summary>
    bool TryRead(out ConsoleKeyInfo key);
}
