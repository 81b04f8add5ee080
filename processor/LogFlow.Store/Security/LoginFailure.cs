namespace LogFlow.Store;

/// <summary>Why somebody is not let in.</summary>
public enum LoginFailure
{
    /// <summary>It is.</summary>
    None,

    /// <summary>There is no login in the request.</summary>
    Missing,

    /// <summary>It cannot be read, or is of a kind that is not known here.</summary>
    Unreadable,

    /// <summary>Wrong password, unknown user, unknown, ended or withdrawn API key: all look alike.</summary>
    Wrong,

    /// <summary>Too many were wrong lately; it was not looked at.</summary>
    Throttled,
}
