namespace LogFlow.Processor;

/// <summary>What the command <c>setup</c> does.</summary>
internal enum SetupMode
{
    /// <summary>Puts what is missing.</summary>
    Put,

    /// <summary>Prints the requests that it would send.</summary>
    DryRun,

    /// <summary>Says how everything stands.</summary>
    Check,

    /// <summary>Writes files.</summary>
    Export,
}
