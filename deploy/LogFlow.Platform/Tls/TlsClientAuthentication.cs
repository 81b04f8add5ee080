namespace LogFlow.Platform;

/// <summary>Whether a server asks clients for a certificate.</summary>
public enum TlsClientAuthentication
{
    /// <summary>It does not ask.</summary>
    None,

    /// <summary>It asks; a client may have none, but a wrong one is refused.</summary>
    Optional,

    /// <summary>Without a certificate that is trusted nobody comes in.</summary>
    Required,
}
