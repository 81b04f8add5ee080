namespace LogFlow.Processor.Elasticsearch;

/// <summary>An object of the setup, and how it stands on the server.</summary>
/// <param name="Object">What LogFlow ships.</param>
/// <param name="State">How it stands.</param>
/// <param name="Detail">In what it differs, or who is in charge instead; empty where there is nothing to say.</param>
public sealed record SetupFinding(SetupObject Object, SetupState State, string Detail = "")
{
    /// <summary>Nothing has to be put.</summary>
    public bool IsFine => State is SetupState.Equal or SetupState.NotNeeded or SetupState.Unsupported;

    /// <summary>Whether it is put.</summary>
    /// <param name="overwrites">What somebody changed is replaced, too.</param>
    public bool IsPut(bool overwrites) =>
        State is SetupState.Missing or SetupState.Older || (overwrites && State == SetupState.Different);
}
