namespace LogFlow.Appliance;

/// <summary>What an evaluation makes of an alert's state.</summary>
internal enum AlertChange
{
    /// <summary>As before: nobody is told.</summary>
    None,

    /// <summary>It begins to fire.</summary>
    Fires,

    /// <summary>It still fires, and the time to say so again has come.</summary>
    Repeats,

    /// <summary>It no longer fires.</summary>
    Resolves,
}
