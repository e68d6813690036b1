"""What a real Krayin answered to each method of the clients, played back without a network."""
