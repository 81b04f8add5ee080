namespace LogFlow.Processor.Elasticsearch;

/// <summary>How an object of the setup stands on a server.</summary>
public enum SetupState
{
    /// <summary>There, and as it would be put.</summary>
    Equal,

    /// <summary>Not there.</summary>
    Missing,

    /// <summary>LogFlow's, of an older version: replaced like a missing one.</summary>
    Older,

    /// <summary>There and different: changed by somebody, or newer. Replaced only where it is asked for.</summary>
    Different,

    /// <summary>Another template makes the data streams and stays in charge; ours is not needed.</summary>
    NotNeeded,

    /// <summary>The server has nothing that could take it.</summary>
    Unsupported,
}
